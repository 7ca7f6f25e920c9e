"""Checkpoints on the service and in files."""

import importlib.util
import json
import struct
import tempfile
import unittest
import zipfile
from pathlib import Path

from microgpt import CheckpointError, ConnectionFailed, InvalidReply, ServiceError, checkpoint_arrays, read_checkpoint
from tests.support import VIEW, CannedTest, ServiceTest, respond

HAS_NUMPY = importlib.util.find_spec("numpy") is not None


def safetensors(header: object, numbers: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + numbers


class InADirectory(unittest.TestCase):
    def setUp(self) -> None:
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name, "demo.safetensors")


class ServiceCheckpointTest(InADirectory, ServiceTest):
    def test_a_session_from_a_checkpoint_makes_the_same_steps(self) -> None:
        session = self.session("py-saved", 20)
        session.save_checkpoint(self.path)

        restored = self.client.load_checkpoint("py-restored", self.path, overwrite=True)
        self.addCleanup(restored.delete)

        self.assertEqual(20, restored.steps_done)
        self.assertEqual(session.step(5)["losses"], restored.step(5)["losses"])
        self.assertEqual([self.path], list(self.path.parent.iterdir()))

    def test_a_session_from_a_bundle_has_the_losses_and_makes_the_same_steps(self) -> None:
        session = self.session("py-bundled", 20)
        bundle = self.path.with_suffix(".zip")
        session.save_bundle(bundle)

        restored = self.client.restore_bundle(bundle, "py-unpacked", overwrite=True)
        self.addCleanup(restored.delete)

        self.assertIn("losses.csv", zipfile.ZipFile(bundle).namelist())
        self.assertEqual(session.losses(), restored.losses())
        self.assertEqual(session.step(5)["losses"], restored.step(5)["losses"])

    def test_the_header_names_the_tensors(self) -> None:
        self.session("py-header").save_checkpoint(self.path)

        checkpoint = read_checkpoint(self.path)

        self.assertEqual("abcdefhiklmnorv", checkpoint.metadata["alphabet"])
        self.assertEqual(("F32", (64, 16)), checkpoint.tensors["layer0.mlp_fc1"][:2])

    @unittest.skipUnless(HAS_NUMPY, "numpy is not installed")
    def test_arrays_are_the_parameters(self) -> None:
        session = self.session("py-arrays", 5)
        session.save_checkpoint(self.path)

        arrays = checkpoint_arrays(self.path)

        self.assertEqual(session.parameters("wte"), arrays["wte"].astype("f8").tolist())
        self.assertEqual(set(read_checkpoint(self.path).tensors), set(arrays))
        self.assertEqual({"wpe"}, set(checkpoint_arrays(self.path, ["wpe"])))
        with self.assertRaisesRegex(CheckpointError, "no tensor 'nothing'"):
            checkpoint_arrays(self.path, ["nothing"])

    def test_a_damaged_file_is_refused(self) -> None:
        self.path.write_bytes(b"damaged")

        with self.assertRaises(ServiceError) as raised:
            self.client.load_checkpoint("py-damaged", self.path)
        self.assertEqual("invalid_checkpoint", raised.exception.code)


class DamagedDownloadTest(InADirectory, CannedTest):
    def test_the_file_that_was_there_is_kept(self) -> None:
        self.path.write_bytes(b"old")
        damaged = (
            (respond("new", Content_Length="100"), ConnectionFailed),
            (respond("new", Content_Digest="sha-256=:AAAA:"), InvalidReply),
        )
        for response, expected in damaged:
            client = self.serve(respond(VIEW), response)
            with self.subTest(expected.__name__), self.assertRaises(expected):
                client.session("canned").save_checkpoint(self.path)
            self.assertEqual(b"old", self.path.read_bytes())
            self.assertEqual([self.path], list(self.path.parent.iterdir()))


class FileTest(InADirectory):
    def test_what_is_no_safetensors_file_is_refused(self) -> None:
        entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
        contents = {
            "empty": b"",
            "header beyond the end": b"\xff" * 8 + b"{}",
            "no JSON": (2).to_bytes(8, "little") + b"no",
            "no object": safetensors([]),
            "deep JSON": (99_999).to_bytes(8, "little") + b"[" * 99_999,
            "no shape": safetensors({"a": {"dtype": "F32", "data_offsets": [0, 8]}}, bytes(8)),
            "unknown type": safetensors({"a": {**entry, "dtype": "F7"}}, bytes(8)),
            "another shape": safetensors({"a": {**entry, "shape": [3]}}, bytes(8)),
            "negative shape": safetensors({"a": {**entry, "shape": [-1, -2]}}, bytes(8)),
            "cut off": safetensors({"a": entry}, bytes(7)),
        }
        for what, content in contents.items():
            self.path.write_bytes(content)
            with self.subTest(what), self.assertRaises(CheckpointError):
                read_checkpoint(self.path)

    @unittest.skipUnless(HAS_NUMPY, "numpy is not installed")
    def test_all_widths_are_read(self) -> None:
        numbers = struct.pack("<d", 1.5) + struct.pack("<e", -2.0) + struct.pack("<f", 3.0)[2:] + bytes([7, 1])
        header = {
            "a": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]},
            "b": {"dtype": "F16", "shape": [1], "data_offsets": [8, 10]},
            "c": {"dtype": "BF16", "shape": [1, 1], "data_offsets": [10, 12]},
            "d": {"dtype": "U8", "shape": [1], "data_offsets": [12, 13]},
            "e": {"dtype": "BOOL", "shape": [1], "data_offsets": [13, 14]},
        }
        self.path.write_bytes(safetensors(header, numbers))

        arrays = {name: array.tolist() for name, array in checkpoint_arrays(self.path).items()}

        self.assertEqual({"a": 1.5, "b": [-2.0], "c": [[3.0]], "d": [7], "e": [True]}, arrays)
