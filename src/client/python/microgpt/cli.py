"""The command `microgpt`."""

import argparse
import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, BinaryIO, Callable, Dict, Iterator, List, Optional, Tuple

from .client import Client
from .errors import ConnectionFailed, MicrogptError
from .run import Run

FAILED, USAGE, NO_RESPONSE, INTERRUPTED = 1, 2, 3, 130
MAX_LINE = 1_000_000  # characters of a text to score

# Arguments of `Session.generate` that have the same meaning as options.
SAMPLE_OPTIONS: Dict[str, Callable[[str], Any]] = {
    "temperature": float,
    "prompt": str,
    "top_k": int,
    "top_p": float,
    "seed": int,
    "min_length": int,
    "max_length": int,
    "pattern": str,
    "tries": int,
}


def main(arguments: Optional[List[str]] = None) -> int:
    """Run a command, and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.command(Client(options.url, options.key), options)
        sys.stdout.flush()
        return 0
    except BrokenPipeError:
        # The reader of the output has enough. Nothing more is to be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ConnectionFailed as error:
        return _failure(error, NO_RESPONSE)
    except (MicrogptError, OSError, UnicodeError) as error:
        return _failure(error, FAILED)
    except ValueError as error:
        return _failure(error, USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED


def _failure(error: Exception, code: int) -> int:
    print(f"microgpt: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="microgpt",
        description="Trains and uses tiny GPTs on a microgpt-server.",
        epilog="Exit codes: 0 success, 1 refused or failed, 2 wrong usage, 3 no response in time, 130 interrupted.",
    )
    parser.add_argument("--url", help="of the service (default: $MICROGPT_URL, or http://localhost:8080)")
    parser.add_argument("--key", help="API key (default: $MICROGPT_API_KEY); others on this machine may see arguments")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train a new session on a file with one document a line")
    train.add_argument("file", metavar="FILE", help="UTF-8; - for standard input")
    train.add_argument("--name", help="of the session (default: from the file's name)")
    train.add_argument("--steps", type=int, default=1000, help="(default: 1000)")
    train.add_argument(
        "--option",
        type=_option,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the model, such as nEmbd=32; may be repeated",
    )
    train.add_argument(
        "--timeout",
        type=float,
        default=86400.0,
        metavar="SECONDS",
        help="stop waiting after this time, while the run continues (default: a day)",
    )
    train.add_argument("--overwrite", action="store_true", help="replace a session of that name")
    train.set_defaults(command=_train)

    sample = commands.add_parser("sample", help="print generated texts, one a line")
    sample.add_argument("name", metavar="NAME")
    sample.add_argument("-n", type=int, default=10, dest="count", help="number of texts (default: 10)")
    sample.add_argument("--novel", action="store_true", help="none of the documents")
    sample.add_argument("--unique", action="store_true", help="no text twice")
    for name, kind in SAMPLE_OPTIONS.items():
        sample.add_argument("--" + name.replace("_", "-"), type=kind)
    sample.set_defaults(command=_sample)

    score = commands.add_parser("score", help="print bits per character, a tab and the text for each line of a file")
    score.add_argument("name", metavar="NAME")
    score.add_argument("file", metavar="FILE", help="UTF-8; - for standard input")
    score.set_defaults(command=_score)

    export = commands.add_parser("export", help="write the model to a safetensors file")
    export.add_argument("name", metavar="NAME")
    export.add_argument("file", metavar="FILE")
    export.set_defaults(command=_export)
    return parser


def _option(text: str) -> Tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, but is {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _open(file: str) -> BinaryIO:
    return sys.stdin.buffer if file == "-" else open(file, "rb")


def _train(client: Client, options: argparse.Namespace) -> None:
    most = client.limits()["textBytes"]
    with _open(options.file) as file:
        text = file.read(most + 1)
    if len(text) > most:
        raise ValueError(f"{options.file} has more than {most} bytes, the limit of the service")
    model = {"numSteps": options.steps, **dict(options.option)}
    name = options.name or _session_name(options.file)
    session = client.init(name, text=text.decode("utf-8-sig"), overwrite=options.overwrite, **model)
    _warn(session.view)
    run = session.start_run(options.steps)
    _warn(run.view)
    try:
        print(f"microgpt: training {name} for {options.steps} steps", file=sys.stderr, flush=True)
        run.wait(_show if sys.stderr.isatty() else None, timeout=options.timeout)
    except KeyboardInterrupt:
        print("\nmicrogpt: cancelling the run; its steps are kept", file=sys.stderr)
        run.cancel()
        raise
    if sys.stderr.isatty():
        print(file=sys.stderr)
    loss = f", loss {run.view['loss']:.4f}" if "loss" in run.view else ""
    print(f"{name}: {run.state}, step {session.refresh().steps_done}{loss}")


def _session_name(file: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", Path(file).stem.lower()).strip("-")[:63]
    if not name:
        raise ValueError(f"{file} gives no name for a session: use --name")
    return name


def _show(run: Run) -> None:
    print(f"\r{run}\033[K", end="", file=sys.stderr, flush=True)


def _warn(view: Dict[str, Any]) -> None:
    for warning in view.get("warnings", []):
        print(f"microgpt: warning: {warning['message']}", file=sys.stderr)


def _sample(client: Client, options: argparse.Namespace) -> None:
    wanted = {name: getattr(options, name) for name in ("novel", "unique", *SAMPLE_OPTIONS)}
    with client.session(options.name).generate(options.count, **wanted) as stream:
        for text in stream.texts():
            print(text)
    if stream.summary and stream.summary["count"] < options.count:
        print(f"microgpt: only {stream.summary['count']} texts after {stream.summary['tries']} tries", file=sys.stderr)


def _score(client: Client, options: argparse.Namespace) -> None:
    session = client.session(options.name)
    with _open(options.file) as file:
        for line in session.score(_texts(file)):
            print(f"{line.get('bitsPerCharacter', '')}\t{line['text']}")


def _texts(file: BinaryIO) -> Iterator[str]:
    lines = io.TextIOWrapper(file, encoding="utf-8-sig")
    for line in iter(lambda: lines.readline(MAX_LINE + 1), ""):
        if len(line) > MAX_LINE:
            raise ValueError(f"a line has more than {MAX_LINE} characters")
        if line.strip():
            yield line.strip()


def _export(client: Client, options: argparse.Namespace) -> None:
    client.session(options.name).save_checkpoint(options.file)
