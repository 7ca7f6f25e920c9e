"""Sessions, runs and texts on the real service."""

import importlib.util
import itertools
import math
import unittest

from microgpt import RunFailed, ServiceError, TimedOut
from tests.support import NAMES, ServiceTest

HAS_NUMPY = importlib.util.find_spec("numpy") is not None


class SessionTest(ServiceTest):
    def test_options_may_be_written_with_underscores_or_as_in_the_api(self) -> None:
        session = self.session("py-options", n_embd=32, nLayer=2)

        self.assertEqual((32, 2), (session.options["nEmbd"], session.options["nLayer"]))
        self.assertEqual("ready", session.state)
        self.assertEqual(32, session.config()["nEmbd"])

    def test_sessions_are_listed_found_and_deleted(self) -> None:
        session = self.client.init("py-listed", text=NAMES, overwrite=True)

        self.assertIn("py-listed", [listed.name for listed in self.client.sessions()])
        self.assertEqual(6, self.client.session("py-listed").view["numDocs"])
        session.delete()
        with self.assertRaises(ServiceError) as raised:
            self.client.session("py-listed")
        self.assertEqual((404, "not_found"), (raised.exception.status, raised.exception.code))

    def test_a_refused_option_has_its_value_and_range(self) -> None:
        with self.assertRaises(ServiceError) as raised:
            self.client.init("py-refused", n_embd=15)

        error = raised.exception
        self.assertEqual(
            ("out_of_range", "nHead", 4, 1, 15), (error.code, error.field, error.value, error.min, error.max)
        )
        self.assertIn("nHead must divide nEmbd", str(error))

    def test_documents_are_loaded_later(self) -> None:
        session = self.client.init("py-later", overwrite=True)
        self.addCleanup(session.delete)
        self.assertEqual("created", session.state)

        self.assertEqual("ready", session.load(text=NAMES).state)
        session.step(1)
        with self.assertRaises(ServiceError) as raised:
            session.load(text=NAMES)
        self.assertEqual("already_trained", raised.exception.code)
        self.assertEqual(0, session.load(dataset="cities", overwrite=True).steps_done)

    def test_steps_and_their_losses(self) -> None:
        session = self.session("py-steps", validation=2)

        reply = session.step(20)

        self.assertEqual(20, len(reply["losses"]))
        self.assertEqual(reply["losses"], session.losses())
        self.assertEqual(reply["losses"][4:9], session.losses(5, 9))
        self.assertEqual([1, 20], [session.loss_buckets(1)[0][bound] for bound in ("from", "to")])
        self.assertEqual(0, session.validation()["losses"][0]["step"])
        self.assertIn("vizData", session.step(viz="last"))
        self.assertEqual("loaded", session.history()["events"][0]["kind"])
        self.assertEqual([0, 1, 2], session.keyframes()[:3])
        self.assertAlmostEqual(math.log(session.view["vocabSize"]), session.baselines()["uniform"])

    def test_a_fork_of_an_earlier_step_is_steered_on_its_own(self) -> None:
        session = self.session("py-parent", 20)

        fork = session.fork("py-fork", 10)
        self.addCleanup(fork.delete)

        self.assertEqual(10, fork.steps_done)
        self.assertEqual(0.5, fork.steer(learning_rate=0.5).options["learningRate"])
        self.assertEqual(0.01, session.refresh().options["learningRate"])

    def test_parameters_and_embeddings(self) -> None:
        session = self.session("py-parameters", 5)

        shapes = {matrix["name"]: (matrix["rows"], matrix["columns"]) for matrix in session.matrices()}
        fc1 = session.parameters("layer0.mlp_fc1", kind="gradient")

        self.assertEqual(shapes["layer0.mlp_fc1"], (len(fc1), len(fc1[0])))
        self.assertNotEqual(session.parameters("wte"), session.parameters("wte", step=0))
        self.assertEqual(session.parameters("wte"), [token["embedding"] for token in session.embeddings()])

    @unittest.skipUnless(HAS_NUMPY, "numpy is not installed")
    def test_parameters_as_an_array(self) -> None:
        session = self.session("py-array")

        self.assertEqual((64, 16), session.parameters("layer0.mlp_fc1", as_array=True).shape)
        self.assertEqual(session.parameters("wte"), session.parameters("wte", as_array=True).tolist())

    def test_tokens_and_the_forward_pass(self) -> None:
        session = self.session("py-tokens")

        self.assertEqual("chars", session.tokenizer()["tokenizer"])
        self.assertEqual(["b", "o", "b"], [token["text"] for token in session.tokenize("bob")])
        self.assertEqual(4, len(session.inspect("bob")["vizData"]))

    def test_what_the_service_has(self) -> None:
        self.assertIn("names", [dataset["name"] for dataset in self.client.datasets()])
        self.assertIn("seed", [option["name"] for option in self.client.limits()["options"]])
        self.assertEqual(2, self.client.preview(text="bob\nanna", block_size=4)["numDocs"])
        self.session("py-heads", 1)
        self.assertEqual(4, len(self.client.request("GET", "/sessions/py-heads/heads", step=0)["heads"]))

    def test_the_loss_curve_has_a_second_line_for_validation(self) -> None:
        session = self.session("py-curve")
        self.assertIn("py-curve: ready, step 0", session._repr_html_())
        session.step(30)
        self.assertEqual(1, session._repr_html_().count("<polyline"))

        validated = self.session("py-curve-validated", 30, validation=2)
        self.assertEqual(2, validated._repr_html_().count("<polyline"))


class RunTest(ServiceTest):
    def test_waits_and_reports_progress(self) -> None:
        session = self.session("py-run")
        seen = []

        run = session.start_run(300).wait(lambda run: seen.append(run.view["stepsDone"]), interval=0.01)

        self.assertEqual("succeeded", run.state)
        self.assertEqual(300, seen[-1])
        self.assertEqual(sorted(seen), seen)
        self.assertRegex(str(run), r"run 1: succeeded, 300 of 300 steps, loss \d")
        self.assertEqual([1], [run.id for run in session.runs()])
        self.assertEqual(300, session.refresh().steps_done)

    def test_pauses_resumes_and_cancels(self) -> None:
        run = self.session("py-pause").start_run(100_000, steps_per_second=100)

        self.assertIn(run.pause().state, ("pausing", "paused"))
        self.assertIn(run.resume().state, ("queued", "running"))
        with self.assertRaises(TimedOut):
            run.wait(timeout=0)
        run.cancel()
        self.assertEqual("cancelled", run.wait().state)

    def test_stops_when_the_loss_is_low(self) -> None:
        run = self.session("py-stop").start_run(100_000, stop_when={"lossBelow": 2.0}).wait()

        self.assertEqual("succeeded", run.state)
        self.assertLess(run.view["stepsDone"], 100_000)

    def test_a_run_that_fails_raises(self) -> None:
        run = self.session("py-fails", learning_rate=1e30, schedule="constant").start_run(100)

        with self.assertRaises(RunFailed) as raised:
            run.wait()
        self.assertEqual("failed", raised.exception.run["state"])


class TextsTest(ServiceTest):
    def test_generates_more_texts_than_fit_into_one_reply(self) -> None:
        session = self.session("py-many", 50)

        with session.generate(3000, seed=1, temperature=2) as stream:
            first = next(stream)
            self.assertIsNone(stream.summary)
            texts = [first["text"], *stream.texts()]

        self.assertEqual(3000, len(texts))
        self.assertEqual(3000, stream.summary["count"])
        self.assertEqual(texts[:5], list(session.generate(5, seed=1, temperature=2).texts()))

    def test_generates_wanted_texts_only(self) -> None:
        session = self.session("py-wanted", 50)

        lines = list(session.generate(20, novel=True, unique=True, max_length=5, temperature=1.5, nearest=True))

        texts = [line["text"] for line in lines]
        self.assertEqual(20, len(set(texts)))
        self.assertFalse(set(texts) & set(NAMES.split()))
        self.assertLessEqual(max(map(len, texts)), 5)
        self.assertIn("distance", lines[0]["nearest"])

    def test_a_stream_may_be_left_early(self) -> None:
        with self.session("py-left", 5).generate(1_000_000) as stream:
            next(stream)
        self.assertEqual([], list(stream))

    def test_what_is_refused_raises_before_the_first_text(self) -> None:
        with self.assertRaises(ServiceError) as raised:
            self.session("py-too-many").generate(0)
        self.assertEqual(("count", 0, 1), (raised.exception.field, raised.exception.value, raised.exception.min))

    def test_scores_any_number_of_texts(self) -> None:
        session = self.session("py-score", 200)

        lines = list(session.score(f"{name}" for name in NAMES.split() * 400))

        self.assertEqual(NAMES.split() * 400, [line["text"] for line in lines])
        self.assertEqual(lines[:6], lines[-6:])
        endless = session.score(itertools.repeat("emma"))
        self.assertTrue(next(endless)["known"])
        endless.close()

    def test_scores_texts_with_unknown_characters_and_blanks(self) -> None:
        lines = list(self.session("py-unknown").score(["emma", "zoe", "", " x\ny"]))

        self.assertEqual(["emma", "zoe", "", " x\ny"], [line["text"] for line in lines])
        self.assertEqual([None, "z", None, " "], [line.get("unknown") for line in lines])

    def test_surprisals_add_up_to_the_likelihood(self) -> None:
        session = self.session("py-surprisals", 50)

        (score,) = session.surprisals(["emma"])

        self.assertEqual(5, len(score["surprisals"]))
        self.assertAlmostEqual(score["logLikelihood"], -sum(score["surprisals"]))
        with self.assertRaises(TypeError):
            list(session.score("emma"))
