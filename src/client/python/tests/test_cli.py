"""The command, as a shell runs it."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List

from tests.support import NAMES, ServiceTest

SECONDS = 120


class CommandTest(ServiceTest):
    def setUp(self) -> None:
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = Path(directory.name, "Py Names.txt")
        self.file.write_text("\ufeff" + NAMES, encoding="utf-8")

    def run_command(self, *arguments: object, code: int = 0) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "microgpt", *map(str, arguments)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, encoding="utf-8")
        self.assertEqual(code, ended.returncode, ended.stderr)
        return ended

    def lines(self, *arguments: object) -> List[str]:
        return self.run_command(*arguments).stdout.splitlines()

    def test_trains_samples_scores_and_exports(self) -> None:
        trained = self.lines("train", self.file, "--steps", 200, "--option", "nEmbd=32", "--overwrite")
        session = self.client.session("py-names")
        self.addCleanup(session.delete)

        self.assertRegex(trained[0], r"py-names: succeeded, step 200, loss \d")
        self.assertEqual((32, 200), (session.options["nEmbd"], session.options["numSteps"]))

        samples = self.lines("sample", "py-names", "-n", 20, "--novel", "--unique", "--temperature", 2, "--seed", 1)
        self.assertEqual(20, len(set(samples)))
        self.assertFalse(set(samples) & set(NAMES.split()))

        scores = self.lines("score", "py-names", self.file)
        self.assertEqual(NAMES.split(), [line.split("\t")[1] for line in scores])
        self.assertGreater(float(scores[0].split("\t")[0]), 0)

        exported = self.file.with_suffix(".safetensors")
        self.run_command("export", "py-names", exported)
        self.assertGreater(exported.stat().st_size, session.view["numParams"] * 4)

    def test_says_that_there_are_fewer_texts(self) -> None:
        self.session("py-fewer")

        ended = self.run_command("sample", "py-fewer", "--pattern", "^$|Z", "--tries", 1, "--min-length", 2)

        self.assertEqual("", ended.stdout)
        self.assertIn("only 0 texts after 1 tries", ended.stderr)

    def test_stops_quietly_when_the_reader_has_enough(self) -> None:
        self.session("py-head", 1)
        command = [sys.executable, "-m", "microgpt", "sample", "py-head", "-n", "100000"]

        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual("", process.stderr.read())
            self.assertEqual(0, process.wait(SECONDS))

    def test_an_interrupt_cancels_the_run(self) -> None:
        command = [sys.executable, "-m", "microgpt", "train", str(self.file), "--steps", "1000000000", "--overwrite"]
        command += ["--option", "numSteps=1000"]  # with the full learning rate for so long, it would diverge

        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            self.assertIn("training py-names", process.stderr.readline())
            process.send_signal(signal.SIGINT)
            self.assertIn("cancelling", process.communicate(timeout=SECONDS)[1])

        session = self.client.session("py-names")
        self.addCleanup(session.delete)
        self.assertEqual(130, process.returncode)
        self.assertEqual("cancelled", session.runs()[0].wait().state)

    def test_errors_have_exit_codes(self) -> None:
        missing = self.run_command("sample", "py-nothing", code=1)
        self.assertEqual("microgpt: there is no session 'py-nothing' (not_found)\n", missing.stderr)
        self.assertIn("No such file", self.run_command("train", "nothing.txt", code=1).stderr)
        self.assertIn("--url", self.run_command(code=2).stderr)
        self.assertIn("NAME=VALUE", self.run_command("train", self.file, "--option", "x", code=2).stderr)
        self.assertIn("url must", self.run_command("--url", "x", "sample", "a", code=2).stderr)
        self.assertIn("refused", self.run_command("--url", "http://127.0.0.1:1", "sample", "a", code=3).stderr)
