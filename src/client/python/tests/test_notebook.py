"""The notebook does what it says."""

import contextlib
import io
import json
from pathlib import Path

from tests.run_notebook import run_notebook
from tests.support import ServiceTest

NOTEBOOK = Path(__file__).resolve().parents[4] / "http" / "quickstart.ipynb"


class NotebookTest(ServiceTest):
    def test_every_cell_runs(self) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            run_notebook(NOTEBOOK)

        output = printed.getvalue()
        self.assertIn("succeeded, 3,000 of 3,000 steps", output)
        self.assertEqual(2, output.count("<polyline"))  # training and validation
        self.assertEqual(10, output.count("bits, like"))
        self.assertIn("unknown character ë", output)
        self.assertEqual(5, output.count("mean loss"))

    def test_it_has_no_outputs(self) -> None:
        cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]

        self.assertFalse([cell for cell in cells if cell.get("outputs") or cell.get("execution_count")])
