"""One request to Halo and its answer: a place in the quota, a few tries, a bounded body, failures in plain words."""

import socket
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import httpx
import stamina

from .errors import HaloBusy, HaloDown, HaloError, HaloRefused, HaloRejected
from .guard import HostNotFound
from .places import Quota, seconds_in

MOST_BYTES = 64 * 1024 * 1024
Read = TypeVar("Read")


class Answer(NamedTuple):
    """What came back: the status, the headers, the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Backoff(NamedTuple):
    """How often a request is tried, and the seconds between (growing twofold, with jitter up to `jitter`)."""

    tries: int = 3
    first: float = 0.5
    longest: float = 4.0
    jitter: float = 0.5


USUAL_BACKOFF = Backoff()


class Unwelcome(Exception):
    """An answer that is not 2xx, 429 aside."""

    def __init__(self, answer: Answer):
        super().__init__(f"status {answer.status}")
        self.answer = answer


class TooLarge(HaloRejected):
    """An answer that is not read for its size."""


class Garbled(Exception):
    """A 2xx answer that cannot be read: cut off, empty, not JSON, wrongly packed."""

    def __init__(self, why: str, body: bytes = b""):
        super().__init__(why)
        self.body = body


ONCE = Backoff(tries=1)


class NoAnswer(HaloDown):
    """Nothing came back, or it broke off. is_sent: the request may have reached Halo."""

    is_sent = True


class Wire:
    """Sends requests through an httpx client; each try takes a place in the quota of its own.

    on_request is called with the path right before each try is sent.
    """

    def __init__(self, http: httpx.Client, quota: Quota, backoff: Backoff, on_request: Callable[[str], object] | None):
        self._http, self._quota, self._backoff = http, quota, backoff
        self._on_request = on_request or (lambda path: None)

    def ask(
        self, request: Callable[[], httpx.Request], read: Callable[[Answer], Read], backoff: Backoff | None = None
    ) -> Read:
        """What read makes of the answer; read may raise Garbled. backoff: another one than the usual.

        Tried again: broken connections, timeouts, 5xx and garbled answers (halo-api.md 2.8). Never: 4xx.
        Raises Unwelcome and Garbled for the caller to say what they mean there; HaloBusy on 429 or when the quota
        is used up; NoAnswer, HaloRefused for what the guard or a certificate forbids, HaloRejected for a huge body.
        """
        backoff = backoff or self._backoff
        for attempt in stamina.retry_context(
            on=_may_pass,
            attempts=backoff.tries,
            timeout=None,
            wait_initial=backoff.first,
            wait_max=backoff.longest,
            wait_jitter=backoff.jitter,
        ):
            with attempt:
                return self._try(request(), read)
        raise AssertionError("stamina ends with a result or an error")

    def _try(self, request, read):
        with self._quota.request():
            self._on_request(request.url.path)
            answer = self._send(request)
        if answer.status == 429:
            until = self._quota.refused(seconds_in(answer.headers.get("retry-after"), datetime.now(UTC)))
            raise HaloBusy(until, told=True)
        if not 200 <= answer.status < 300:
            raise Unwelcome(answer)
        return read(answer)

    def _send(self, request):
        try:
            response = self._http.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, _body(response))
            finally:
                response.close()
        except httpx.DecodingError as error:
            raise Garbled("wrongly packed") from error
        except httpx.TransportError as error:
            raise unanswered(error, request.url.host) from error


def _body(response):
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > MOST_BYTES:
            raise TooLarge("Halo's answer is larger than 64 MB and was not read.", status=response.status_code)
        parts.append(part)
    return b"".join(parts)


def _may_pass(error: Exception) -> bool:
    """Whether trying again may help."""
    if isinstance(error, Unwelcome):
        return error.answer.status >= 500
    return isinstance(error, Garbled | NoAnswer)


def unanswered(error: httpx.TransportError, host: str) -> HaloError:
    """What a request without an answer means, by the cause at the bottom of it."""
    causes = list(_causes(error))
    failure = _unanswered(causes, host)
    failure.is_sent = not any(isinstance(cause, _NEVER_SENT) for cause in causes)
    return failure


def _unanswered(causes, host):
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return HaloRefused(
                f"The certificate of {host} is not valid ({cause.verify_message}). Check the address; "
                "on an own server, give it a certificate that browsers accept."
            )
    for kind, sentence in _SENTENCES:
        if any(isinstance(cause, kind) for cause in causes):
            return NoAnswer(sentence.format(host=host))
    return NoAnswer(f"The connection to {host} broke off before the answer was there. Try again later.")


_NEVER_SENT = (HostNotFound, ConnectionRefusedError, httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_SENTENCES = (
    (HostNotFound, "There is no host named {host}, or it cannot be looked up at the moment. Check the address."),
    (socket.gaierror, "There is no host named {host}, or it cannot be looked up at the moment. Check the address."),
    (ConnectionRefusedError, "{host} does not accept connections. Check the address, or try again later."),
    (httpx.TimeoutException, "{host} did not answer in time. Check the address, or try again later."),
    (ssl.SSLError, "No secure connection to {host} came about. Check the address, or try again later."),
    (httpx.ConnectError, "{host} cannot be reached. Check the address, or try again later."),
)


def _causes(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
