"""The live stream: frames over Server-Sent Events."""

from typing import Any, Dict, Iterator, List, Optional, Tuple

from .errors import ConnectionFailed, InvalidReply, MicrogptError
from .retries import Retries
from .transport import MAX_BYTES, Reply, Transport, parse_json


def watch(transport: Transport, path: str, query: Dict[str, Any], retries: int) -> Iterator[Dict[str, Any]]:
    """Yield frames. After a lost connection, continue behind the last frame.

    Args:
        query: with `from_step`, so that nothing is missed if the connection breaks before the first frame
        retries: connections in a row that may fail
    """
    last_id: Optional[str] = None
    budget = Retries(retries)
    while True:
        headers = {"Accept": "text/event-stream"}
        if last_id is not None:
            headers["Last-Event-ID"] = last_id
        try:
            with transport.open("GET", path, query=query, headers=headers) as reply:
                for event, event_id, data in _events(reply):
                    if event == "deleted":
                        return
                    if event_id:
                        last_id = event_id
                    budget.reset()
                    yield parse_json(data)
            raise ConnectionFailed("the live stream ended")
        except MicrogptError as error:
            budget.pause(error)


def _events(reply: Reply) -> Iterator[Tuple[str, Optional[str], bytes]]:
    """Yield name, id and data of each event that has arrived completely."""
    event, size = "message", 0
    event_id: Optional[str] = None
    data: List[bytes] = []
    for line in reply.lines():
        name, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if not line:
            if data or event == "deleted":
                yield event, event_id, b"\n".join(data)
            event, event_id, data, size = "message", None, [], 0
        elif name == b"event":
            event = value.decode()
        elif name == b"id":
            event_id = value.decode("ascii")
        elif name == b"data":
            size += len(value)
            if size > MAX_BYTES:
                raise InvalidReply(f"an event has more than {MAX_BYTES} bytes")
            data.append(value)
