"""Runs: training in the background."""

import time
from typing import Any, Callable, Dict, Optional

from .errors import MicrogptError, RunFailed, TimedOut
from .retries import Retries
from .transport import Transport

POLL_RETRIES = 5


class Run:
    """A background training job. `view` is its last known state, as the API shows it."""

    def __init__(self, transport: Transport, path: str, view: Dict[str, Any]) -> None:
        self._transport = transport
        self._path = f"{path}/{view['id']}"
        self.view = view

    @property
    def id(self) -> int:
        """The number of the run in its session, from 1."""
        return int(self.view["id"])

    @property
    def state(self) -> str:
        """`queued`, `running`, `pausing`, `paused`, `cancelling`, `succeeded`, `cancelled` or `failed`."""
        return str(self.view["state"])

    @property
    def has_ended(self) -> bool:
        """Whether it succeeded, failed or was cancelled."""
        return "endedAt" in self.view

    def refresh(self) -> "Run":
        """Fetch the present state."""
        self.view = self._transport.call("GET", self._path)
        return self

    def pause(self) -> "Run":
        """Pause after the step in progress."""
        return self._change("pause")

    def resume(self) -> "Run":
        """Continue after a pause."""
        return self._change("resume")

    def cancel(self) -> "Run":
        """End the run. Its steps are kept."""
        return self._change("cancel")

    def _change(self, action: str) -> "Run":
        self.view = self._transport.call("POST", f"{self._path}/{action}")
        return self

    def wait(
        self, progress: Optional[Callable[["Run"], object]] = None, *, timeout: float = 3600.0, interval: float = 0.25
    ) -> "Run":
        """Wait until the run has ended. A short loss of the connection is overlooked.

        Args:
            progress: called with the run each time it was fetched; `print` shows a line
            timeout: seconds to wait at most
            interval: seconds between two fetches

        Raises:
            RunFailed: if it ended as failed
            TimedOut: if it did not end in time; it continues
        """
        deadline = time.monotonic() + timeout
        budget = Retries(POLL_RETRIES)
        while True:
            try:
                self.refresh()
                budget.reset()
            except MicrogptError as error:
                budget.pause(error)
                continue
            if progress is not None:
                progress(self)
            if self.has_ended:
                break
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimedOut(f"{self} has not ended within {timeout} seconds; it continues")
            time.sleep(min(interval, remaining))
        if self.state == "failed":
            raise RunFailed(self.view)
        return self

    def __repr__(self) -> str:
        text = f"run {self.id}: {self.state}, {self.view['stepsDone']:,} of {self.view['steps']:,} steps"
        if "loss" in self.view:
            text += f", loss {self.view['loss']:.4f}"
        return text
