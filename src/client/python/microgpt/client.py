"""The client of a service, which creates and finds sessions."""

import os
from typing import Any, Dict, Iterator, List, Optional, Union

from .session import Json, Session, session_path
from .transport import Transport, camel_case

DEFAULT_URL = "http://localhost:8080"


class Client:
    """A client of one service. It holds no connection between two calls, and uses no proxy.

    Args:
        url: of the service; that in the environment variable `MICROGPT_URL`, or else http://localhost:8080
        key: API key; that in `MICROGPT_API_KEY`, or else none
        timeout: seconds to wait for a connection, and for each piece of a response
    """

    def __init__(self, url: Optional[str] = None, key: Optional[str] = None, *, timeout: float = 60.0) -> None:
        url = url or os.environ.get("MICROGPT_URL") or DEFAULT_URL
        self._transport = Transport(url, key or os.environ.get("MICROGPT_API_KEY") or None, timeout)

    def __repr__(self) -> str:
        return f"Client({self._transport.url!r})"

    def init(
        self,
        name: str,
        *,
        text: Optional[str] = None,
        dataset: Optional[str] = None,
        overwrite: bool = False,
        **options: Any,
    ) -> Session:
        """Create a session.

        Args:
            text: documents, one a line
            dataset: the name of a bundled dataset instead
            overwrite: replace a session of that name
            options: of the model, such as `n_embd=32, tokenizer="bpe"`; `limits()["options"]` lists them
        """
        body = camel_case({"text": text, "dataset": dataset, **options})
        path = f"{session_path(name)}/init"
        return Session(self._transport, self._transport.call("POST", path, body, {"overwrite": overwrite}))

    def session(self, name: str) -> Session:
        """Return an existing session."""
        return Session(self._transport, self._transport.call("GET", session_path(name)))

    def sessions(self) -> Iterator[Session]:
        """Yield all sessions by name, fetched page by page."""
        cursor: Optional[str] = None
        while True:
            page = self._transport.call("GET", "/sessions", query={"cursor": cursor})
            for view in page["sessions"]:
                yield Session(self._transport, view)
            cursor = page["nextCursor"]
            if cursor is None:
                return

    def load_checkpoint(
        self, name: str, path: Union[str, "os.PathLike[str]"], *, overwrite: bool = False, **options: Any
    ) -> Session:
        """Create a session from a checkpoint.

        Args:
            path: of a safetensors file
            options: `alphabet` or `dataset`, `n_head` and others, for a file with weights only
        """
        query = {"overwrite": overwrite, **options}
        return self._put(f"{session_path(name)}/checkpoint", "application/octet-stream", path, query)

    def restore_bundle(
        self, path: Union[str, "os.PathLike[str]"], name: str, *, overwrite: bool = False
    ) -> Session:
        """Create a session from a bundle: with its losses and its history.

        Args:
            path: of a ZIP file that `Session.save_bundle` has written
        """
        return self._put(f"{session_path(name)}/bundle", "application/zip", path, {"overwrite": overwrite})

    def _put(
        self, target: str, media_type: str, path: Union[str, "os.PathLike[str]"], query: Dict[str, Any]
    ) -> Session:
        with open(path, "rb") as file:
            headers = {"Content-Type": media_type, "Content-Length": str(os.fstat(file.fileno()).st_size)}
            with self._transport.open("PUT", target, file, query=query, headers=headers) as reply:
                return Session(self._transport, reply.json())

    def preview(self, **documents: Any) -> Json:
        """Count the documents of `text` or `dataset`; `block_size`, `tokenizer` and `vocab_size` may be given."""
        reply: Json = self._transport.call("POST", "/documents/preview", camel_case(documents))
        return reply

    def datasets(self) -> List[Dict[str, Any]]:
        """Return the bundled datasets."""
        return list(self._transport.call("GET", "/datasets")["datasets"])

    def limits(self) -> Json:
        """Return the limits of the service, and in `options` the options of a model with their ranges."""
        reply: Json = self._transport.call("GET", "/limits")
        return reply

    def request(self, method: str, path: str, body: Optional[Json] = None, **query: Any) -> Any:
        """Send any request of the API, such as `request("GET", "/sessions/demo/heads")`, and return its JSON."""
        return self._transport.call(method, path, body, query)
