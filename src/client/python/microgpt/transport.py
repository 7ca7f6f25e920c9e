"""Requests and responses over HTTP. A connection serves one request, and no request is repeated."""

import contextlib
import http.client
import json
import re
import socket
from typing import Any, BinaryIO, Dict, Iterator, Mapping, Optional, Type, Union
from urllib.parse import quote, urlencode, urlsplit

from .errors import ConnectionFailed, InvalidReply, ServiceError, TimedOut

MAX_BYTES = 256 * 2**20  # of a reply, or of a line of a stream
MAX_PROBLEM_BYTES = 2**20
CHUNK_BYTES = 2**16

Body = Union[bytes, BinaryIO, Dict[str, Any], None]


def camel_case(names: Mapping[str, Any]) -> Dict[str, Any]:
    """Return entries that are not None, with names as the API writes them: `top_k` is `topK`."""
    return {
        re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name): value
        for name, value in names.items()
        if value is not None
    }


@contextlib.contextmanager
def _network_errors(url: str) -> Iterator[None]:
    try:
        yield
    except socket.timeout as error:
        raise TimedOut(f"{url} did not respond in time") from error
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionFailed(f"{url}: {error or type(error).__name__}") from error


class Reply:
    """A response whose body is still to be read. Close it, or use it in a `with` statement."""

    def __init__(self, url: str, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._url = url
        self._connection = connection
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status

    def header(self, name: str) -> Optional[str]:
        return self._response.getheader(name)

    def read(self, most: int = MAX_BYTES) -> bytes:
        """Return the whole body.

        Raises:
            InvalidReply: if it has more than `most` bytes
        """
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > most:
                raise InvalidReply(f"{self._url}: the response has more than {most} bytes")
        return bytes(body)

    def json(self) -> Any:
        body = self.read()
        return parse_json(body) if body else None

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in pieces of a bounded size."""
        while True:
            with _network_errors(self._url):
                chunk = self._response.read(CHUNK_BYTES)
                if not chunk and self._response.length:
                    raise http.client.IncompleteRead(chunk, self._response.length)
            if not chunk:
                return
            yield chunk

    def lines(self) -> Iterator[bytes]:
        """Yield the complete lines of the body. They end without an exception where a stream is cut off."""
        while True:
            with _network_errors(self._url):
                line = self._response.readline(MAX_BYTES + 1)
            if len(line) > MAX_BYTES:
                raise InvalidReply(f"{self._url}: a line of the response has more than {MAX_BYTES} bytes")
            if not line.endswith(b"\n"):
                return
            yield line.rstrip(b"\r\n")

    def close(self) -> None:
        self._response.close()
        self._connection.close()

    def __enter__(self) -> "Reply":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def parse_json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidReply(f"a response is not JSON: {error}") from error


class Transport:
    """Knows where the service is, the key, and how long to wait."""

    def __init__(self, url: str, key: Optional[str], timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"url must look like http://localhost:8080, but is {url!r}")
        if parts.username is not None:
            raise ValueError("url must not contain a user; give the API key as key")
        if key is not None and not (key.isascii() and key.isprintable() and key):
            raise ValueError("key must be visible ASCII characters")
        if not timeout > 0:
            raise ValueError(f"timeout must be above 0 seconds, but is {timeout}")
        connection: Type[http.client.HTTPConnection] = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self.url = url.rstrip("/")
        self.timeout = timeout
        self._connection = connection
        self._address = (parts.hostname, parts.port)
        base = parts.path.rstrip("/")
        self._path = base if base.endswith("/api/v1") else f"{base}/api/v1"
        self._headers = {} if key is None else {"Authorization": f"Bearer {key}"}

    def __repr__(self) -> str:
        return f"Transport({self.url!r})"

    def call(
        self,
        method: str,
        path: str,
        body: Body = None,
        query: Optional[Mapping[str, Any]] = None,
        timeout: Optional[float] = None,
    ) -> Any:
        """Send a request, and return the JSON of its reply; None if it has none."""
        with self.open(method, path, body, query=query, timeout=timeout) as reply:
            return reply.json()

    def open(
        self,
        method: str,
        path: str,
        body: Body = None,
        *,
        query: Optional[Mapping[str, Any]] = None,
        headers: Optional[Mapping[str, str]] = None,
        timeout: Optional[float] = None,
    ) -> Reply:
        """Send a request, and return its reply as soon as its headers are there.

        Args:
            body: a dictionary is sent as JSON, the rest as it is; a file needs a `Content-Length`
            query: written as the API does; entries that are None are left out
            timeout: seconds to wait for each piece of the response; the client's if absent

        Raises:
            ServiceError: if the status is not 2xx
            ConnectionFailed: if there is no response
        """
        sent = {"Accept": "application/json", **self._headers, **(headers or {})}
        if isinstance(body, dict):
            body = json.dumps(body, allow_nan=False).encode()
            sent["Content-Type"] = "application/json"
        target = self._path + path + _query(query)
        host, port = self._address
        connection = self._connection(host, port, timeout=self.timeout if timeout is None else timeout)
        url = f"{method} {self.url}"
        try:
            with _network_errors(url):
                try:
                    connection.request(method, target, body, sent)
                except (BrokenPipeError, ConnectionResetError):
                    if connection.sock is None:
                        raise
                    # The service refused the body before all of it was sent: its response says why.
                reply = Reply(url, connection, connection.getresponse())
            _check(reply)
            return reply
        except BaseException:
            connection.close()
            raise


def _query(query: Optional[Mapping[str, Any]]) -> str:
    given = camel_case(query or {})
    pairs = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
    return "?" + urlencode(pairs, quote_via=quote) if pairs else ""


def _check(reply: Reply) -> None:
    status = reply.status
    if 200 <= status < 300:
        return
    text = reply.read(MAX_PROBLEM_BYTES)
    try:
        problem = json.loads(text)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"detail": f"HTTP status {status}, without a problem: is this microgpt-server?"}
    retry_after = reply.header("Retry-After") or ""
    raise ServiceError(status, problem, float(retry_after) if retry_after.isdigit() else None)
