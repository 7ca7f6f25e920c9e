"""Runs the code cells of a notebook in order and in one interpreter, without Jupyter.

python -m tests.run_notebook ../../../http/quickstart.ipynb
"""

import ast
import json
import sys
from pathlib import Path
from typing import Any, Dict


def run_notebook(path: Path) -> Dict[str, Any]:
    """Run the cells and show the value of each as Jupyter does. Return the variables at the end."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    variables: Dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            _run_cell("".join(cell["source"]), f"{path.name}, cell {number}", variables)
    return variables


def _run_cell(source: str, place: str, variables: Dict[str, Any]) -> None:
    tree = ast.parse(source, place)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), variables)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), place, "eval"), variables)
        if value is not None:
            print(value._repr_html_() if hasattr(value, "_repr_html_") else repr(value))


if __name__ == "__main__":
    run_notebook(Path(sys.argv[1]))
