"""Trying again after temporary failures."""

import time

from .errors import ConnectionFailed, MicrogptError, ServiceError


class Retries:
    """Bounds the failures in a row of something that is tried again."""

    LONGEST_PAUSE = 30.0  # seconds

    def __init__(self, most: int) -> None:
        if most < 0:
            raise ValueError(f"retries must be 0 or more, but is {most}")
        self._most = most
        self._failures = 0

    def reset(self) -> None:
        self._failures = 0

    def pause(self, error: MicrogptError) -> None:
        """Wait before the next try: as long as the service asks for, or else twice as long each time.

        Raises:
            MicrogptError: the error, if it is permanent or there were too many in a row
        """
        temporary = error.is_temporary if isinstance(error, ServiceError) else isinstance(error, ConnectionFailed)
        if not temporary or self._failures >= self._most:
            raise error
        seconds = 0.25 * 2 ** min(self._failures, 10)
        if isinstance(error, ServiceError) and error.retry_after is not None:
            seconds = error.retry_after
        self._failures += 1
        time.sleep(min(seconds, self.LONGEST_PAUSE))
