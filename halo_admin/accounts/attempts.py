"""How often passwords and links may be tried, per e-mail and per address: after each row of tries a longer wait.

Redis counts. While it does not answer, this process counts by itself, from nothing on: nobody is let in uncounted,
nobody is locked out, and admins are told.
"""

import hashlib
import ipaddress
import time

import structlog
from flask import current_app
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

# (tries, minutes): five wrong ones cost a minute, ten up to ten minutes, twenty up to an hour
E_MAIL, ADDRESS, MAILS = "e-mail", "address", "mails"
LIMITS = {
    E_MAIL: [RateLimitItemPerMinute(5), RateLimitItemPerMinute(10, 10), RateLimitItemPerHour(20)],
    ADDRESS: [RateLimitItemPerMinute(20), RateLimitItemPerMinute(60, 10), RateLimitItemPerHour(200)],
    MAILS: [RateLimitItemPerHour(3)],  # links for a new password that somebody may have sent to one e-mail
}
AWAY = (
    "Redis does not answer: wrong passwords are counted by the web server alone, and from nothing when it starts again."
)
SECONDS = 1  # a person waits for this

log = structlog.get_logger()


class TooMany(Exception):
    """Nothing more may be tried for so many seconds."""

    def __init__(self, seconds):
        super().__init__(seconds)
        self.seconds = seconds


def init_app(app):
    url = app.config["REDIS_URL"]
    near = MovingWindowRateLimiter(MemoryStorage())
    far = MovingWindowRateLimiter(_redis(url)) if url else None
    app.extensions["attempts"] = {"near": near, "far": far, "away": False}


def _redis(url):
    url = url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url
    return RedisStorage(url, wrap_exceptions=True, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)


def e_mail(text: str):
    """Whom a try is about, whether anybody here has the e-mail or not."""
    return E_MAIL, hashlib.sha256(text.strip().lower().encode(errors="replace")).hexdigest()


def mails_to(text: str):
    return MAILS, e_mail(text)[1]


def address(text: str | None):
    """Where a try comes from. Whoever has one IPv6 address has the 64 bits behind it."""
    try:
        found = ipaddress.ip_address(text or "")
    except ValueError:
        return ADDRESS, "unknown"
    if found.version == 6 and found.ipv4_mapped is None:
        found = ipaddress.ip_network((int(found) >> 64 << 64, 64))
    return ADDRESS, str(found)


def require(*whose) -> None:
    """Raises TooMany where one of these has been tried too often."""
    if (seconds := wait(*whose)) > 0:
        raise TooMany(seconds)


def wait(*whose) -> int:
    """How many seconds nothing more may be tried; 0: it may."""
    return max((_ask(_wait, item, kind, key) for kind, key in whose for item in LIMITS[kind]), default=0)


def count(*whose) -> int:
    """Count a try; how many seconds must pass before the next one."""
    for kind, key in whose:
        for item in LIMITS[kind]:
            _ask(MovingWindowRateLimiter.hit, item, kind, key)
    return wait(*whose)


def forget(*whose) -> None:
    """What was tried has turned out right."""
    for kind, key in whose:
        for item in LIMITS[kind]:
            _ask(MovingWindowRateLimiter.clear, item, kind, key)


def trouble() -> str:
    """What admins must know of the counting, or ""."""
    wait(e_mail(""))  # Redis may have come back, or gone, since anybody tried
    return AWAY if current_app.extensions["attempts"]["away"] else ""


def _wait(limiter, item, kind, key):
    if limiter.test(item, kind, key):
        return 0
    return max(1, round(limiter.get_window_stats(item, kind, key).reset_time - time.time()))


def _ask(what, item, *whose):
    counters = current_app.extensions["attempts"]
    if counters["far"] is None:
        return what(counters["near"], item, *whose)
    try:
        answer = what(counters["far"], item, *whose)
    except StorageError as error:
        if not counters["away"]:
            log.error("wrong passwords are counted by this process alone", why=str(error))
        counters["away"] = True
        return what(counters["near"], item, *whose)
    counters["away"] = False
    return answer
