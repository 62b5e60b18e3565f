"""One deadline for a whole request: however slowly a server trickles its bytes, it ends."""

import math
import threading
import time

import httpcore


class Deadline(threading.local):
    """When the request of this thread must be over."""

    def __init__(self):
        self._at = math.inf

    def start(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def within(self, timeout: float | None, late: type[Exception]) -> float | None:
        """The timeout, shortened to what is left; raises late when nothing is."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise late("the request took too long as a whole")
        return timeout if left == math.inf else min(left, timeout or left)


class TimedStream(httpcore.NetworkStream):
    """A connection whose every read and write ends by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline):
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes, timeout=None):
        return self._stream.read(max_bytes, self._deadline.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer, timeout=None):
        self._stream.write(buffer, self._deadline.within(timeout, httpcore.WriteTimeout))

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        left = self._deadline.within(timeout, httpcore.ConnectTimeout)
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def close(self):
        self._stream.close()

    def get_extra_info(self, info):
        return self._stream.get_extra_info(info)
