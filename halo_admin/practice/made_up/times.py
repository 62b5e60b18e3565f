"""Points in time in the many shapes one tenant sends them: naive or Z, with no to seven digits of a fraction."""

from datetime import UTC, datetime, timedelta

from .dice import noise

# No made-up record was made or changed outside these; what is changed later bears the real time.
EARLIEST = datetime(2019, 1, 7, tzinfo=UTC)
LATEST = datetime(2026, 6, 30, tzinfo=UTC)
NEVER = "1900-01-01T00:00:00"

_SPAN_SECONDS = int((LATEST - EARLIEST).total_seconds())


def written(moment: datetime, style: int) -> str:
    """That moment (aware) in one of sixteen spellings; without a zone it means UTC."""
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    text = naive.isoformat(timespec="seconds")
    digits = style % 8
    if digits:
        text += f".{naive.microsecond * 10:07d}"[: digits + 1]
    return text + ("Z" if style & 8 else "")


def read(text: str) -> datetime:
    """An aware moment from what a client or a record says; raises ValueError if it is no time."""
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def made(seed: int, kind: int, number: int) -> datetime:
    """When a made-up record was created."""
    return _moment(0, noise(seed, kind, number, 1))


def changed(seed: int, kind: int, number: int) -> datetime:
    """When a made-up record was last changed: after it was created."""
    start = noise(seed, kind, number, 1) % _SPAN_SECONDS
    return _moment(start, noise(seed, kind, number, 2))


def _moment(start: int, chance: int) -> datetime:
    seconds = start + chance % (_SPAN_SECONDS - start)
    return EARLIEST + timedelta(seconds=seconds, microseconds=chance >> 32 & 0xFFFFF if chance & 1 else 0)
