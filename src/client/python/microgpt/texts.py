"""Texts that are received while the service draws or scores them."""

from typing import Any, Dict, Iterator, Optional

from .errors import ConnectionFailed, InvalidReply, ServiceError
from .transport import Reply, Transport, parse_json


class TextStream(Iterator[Dict[str, Any]]):
    """Iterates over texts with their scores: `text`, `known`, `logLikelihood`, `bitsPerCharacter` and others.

    The service computes no further than this is read. Close a stream that is not read to its end, or use it in
    a `with` statement. `summary` is there after the last text: `count`, and for generated texts `knownShare`,
    `tries` and `rejected`.
    """

    def __init__(self, reply: Reply) -> None:
        self.summary: Optional[Dict[str, Any]] = None
        self._reply = reply
        self._lines = reply.lines()
        self._closed = False

    def __next__(self) -> Dict[str, Any]:
        if self._closed:
            raise StopIteration
        try:
            line: Optional[Dict[str, Any]] = parse_json(next(self._lines, b"null"))
            if line is None:
                raise ConnectionFailed("the stream of texts was cut off")
            if "error" in line:
                raise ServiceError(line["error"].get("status", 500), line["error"])
            if "end" in line:
                self.summary = line["end"]
                raise StopIteration
            if "text" not in line:
                raise InvalidReply(f"a line of the stream is no text: {line}")
            return line
        except BaseException:
            self.close()
            raise

    def texts(self) -> Iterator[str]:
        """Yield the texts alone."""
        return (line["text"] for line in self)

    def close(self) -> None:
        """End the stream, and with it the call."""
        self._closed = True
        self._reply.close()

    def __enter__(self) -> "TextStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_texts(transport: Transport, path: str, body: Dict[str, Any]) -> TextStream:
    """Start a call that replies with a line of JSON for each text."""
    return TextStream(transport.open("POST", path, body, headers={"Accept": "application/x-ndjson"}))
