"""The exceptions of this package."""

from typing import Any, Dict, Optional


class MicrogptError(Exception):
    """The base of all exceptions of this package."""


class ServiceError(MicrogptError):
    """The service refused a request. The fields are those of its problem (RFC 9457), None where it has none.

    `retry_after` is in seconds.
    """

    def __init__(self, status: int, problem: Dict[str, Any], retry_after: Optional[float] = None) -> None:
        self.status = status
        self.code: Optional[str] = problem.get("code")
        self.title: Optional[str] = problem.get("title")
        self.detail: Optional[str] = problem.get("detail")
        self.field: Optional[str] = problem.get("field")
        self.value: Any = problem.get("value")
        self.min: Optional[float] = problem.get("min")
        self.max: Optional[float] = problem.get("max")
        self.retry_after = retry_after
        super().__init__(f"{self.detail or self.title or 'the service gave no reason'} ({self.code or status})")

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in (429, 503)


class ConnectionFailed(MicrogptError):
    """The service cannot be reached, or the connection broke."""


class TimedOut(ConnectionFailed):
    """The service did not respond in time, or a run did not end in time. The service may continue what it began."""


class InvalidReply(MicrogptError):
    """A response that is not as the API documents it, or larger than this client reads."""


class RunFailed(MicrogptError):
    """A run ended as failed. `run` is its last view."""

    def __init__(self, run: Dict[str, Any]) -> None:
        self.run = run
        super().__init__(f"run {run['id']} failed: {run.get('reason', 'no reason given')}")


class CheckpointError(MicrogptError):
    """A file that is not a readable safetensors file."""
