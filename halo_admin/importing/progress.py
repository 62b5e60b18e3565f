"""What a live import shows of itself: bars, rate, the clock time it will be through, and what it waits for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..connecting.strip import strip_of
from ..db import now
from ..heartbeats import living
from ..queues import IMPORTS
from ..web.words import clock, duration
from . import asking, stages
from .models import ImportRun
from .sentences import TOLD_TO_WAIT

LABELS = {"reading": "Reading from Halo", "comparing": "Comparing", "saving": "Saving"}
MOVEMENTS = {"import": ("reading", "comparing", "saving")}
# how much of the whole each movement usually is, in percent; asking counts within comparing
SHARES = {"reading": 60, "comparing": 25, "saving": 15}
# below this, a rate says more about chance than about the work
SECONDS_TO_JUDGE = 3
PAGE = 100  # records one request for a list brings


@dataclass(frozen=True)
class Bar:
    """One movement: part is 0 to 1, None while nobody knows how much there is."""

    name: str
    part: float | None
    words: str

    @property
    def label(self):
        return LABELS[self.name]

    @property
    def percent(self):
        return int(100 * self.part) if self.part is not None else None


@dataclass(frozen=True)
class Pace:
    """Where a movement stood when somebody began to look: two looks make a rate, and no row has to keep it."""

    movement: str
    done: int
    at: datetime

    def __str__(self):
        return f"{self.movement}.{self.done}.{int(self.at.timestamp())}"


@dataclass(frozen=True)
class Standing:
    """How a live run stands now. rate: records a second; through_at: when this movement will be through.

    waits: sentences on what it waits for, nobody_works that there is no worker that could take it.
    """

    bars: list[Bar]
    percent: int
    pace: Pace
    rate: float | None
    through_at: datetime | None
    seconds_left: int | None
    waits: list[str]
    nobody_works: bool

    @property
    def movement(self):
        """The bar of the movement it is in, in words: "Comparing"."""
        return LABELS["comparing" if self.pace.movement == "asking" else self.pace.movement]

    @property
    def spoken(self):
        """What a screen reader is told: it changes about four times in each movement, not every second."""
        bar = next(one for one in self.bars if one.label == self.movement)
        return f"{bar.label}: {(bar.percent or 0) // 25 * 25} %"


def standing(run: ImportRun, looked: str = "") -> Standing:
    """How the run stands; looked is the pace that an earlier look wrote into its address."""
    at = now()
    begun = pace_of(run, looked, at)
    rate = _rate(run, begun, at)
    left = _seconds_left(run, rate)
    through = at + timedelta(seconds=left) if left is not None else None
    return Standing(bars(run), percent(run), begun, rate, through, left, waits(run, at), nobody_works(run, at))


def pace_of(run: ImportRun, text: str, at: datetime) -> Pace:
    """The pace an earlier look wrote into the address, or a new one where the movement is another by now."""
    movement, _, rest = text.partition(".")
    done, _, seconds = rest.partition(".")
    if movement == run.movement and done.isdecimal() and seconds.isdecimal() and len(rest) < 30:
        return Pace(movement, int(done), datetime.fromtimestamp(min(int(seconds), int(at.timestamp())), UTC))
    return Pace(run.movement, _pair(run)[0], at)


def bars(run: ImportRun) -> list[Bar]:
    """A bar for each movement of the run, in their order; those to come are empty."""
    names = MOVEMENTS.get(run.purpose, ("reading",))
    now_at = names.index(_bar_of(run))
    return [_bar(run, name, "over" if at < now_at else "now" if at == now_at else "later")
            for at, name in enumerate(names)]  # fmt: skip


def percent(run: ImportRun) -> int:
    """How far the whole run is, 0 to 99 while it is live: movements counted by what they usually take."""
    shown = bars(run)
    whole = sum(SHARES[bar.name] for bar in shown)
    done = sum(SHARES[bar.name] * (bar.part or 0) for bar in shown)
    return min(99, int(100 * done / whole))


def waits(run: ImportRun, at: datetime) -> list[str]:
    """What a live run waits for, as sentences; empty while it works."""
    if run.next_leg_at is None or run.next_leg_at <= at or not run.waits_for:
        return []
    pause = duration((run.next_leg_at - at).total_seconds() + 0.5)
    if run.down_since:
        return [f"Halo has not answered since {clock(run.down_since)}; it is asked again at {clock(run.next_leg_at)}. "
                f"{run.waits_for}"]  # fmt: skip
    by_halo = run.waits_for == TOLD_TO_WAIT
    strip = strip_of(run.account_id) if by_halo else None
    first = f"{'Halo asks to wait' if by_halo else 'Waits for Halo,'} {pause}; goes on at {clock(run.next_leg_at)}."
    return [first, strip.shared if strip and strip.shared else f"{run.waits_for}."]


def nobody_works(run: ImportRun, at: datetime) -> bool:
    """Whether the run is due and no worker that could take it is alive."""
    leased = run.lease_until is not None and run.lease_until > at
    due = run.next_leg_at is not None and run.next_leg_at <= at
    return run.is_live and run.question is None and not leased and due and not living(IMPORTS)


def _bar_of(run):
    return "comparing" if run.movement == "asking" else run.movement


def _pair(run, movement=None):
    return run.progress.get(movement or run.movement) or [0, 0]


def _bar(run, name, when):
    done, total = _pair(run, name)
    if when == "later":  # a stage may save what it compares at once
        return Bar(name, _part(done, total) or 0.0, f"{done:,}" if done else "")
    if when == "over":
        return Bar(name, 1.0, f"{done:,}" if done else "nothing to do")
    if name == "reading":
        return _reading(run, done, total)
    if run.movement == "asking":
        asked, to_ask = _pair(run, "asking")
        words = f"asking Halo {asked:,} of {to_ask:,}"
        return Bar(name, _part(done + asked, total + to_ask), words)
    return Bar(name, _part(done, total), f"{done:,} of {total:,}")


def _reading(run, done, total):
    """Lists are read one after the other, and how long a list is, is known once it is begun."""
    lists = len(stages.stage(run.stage).readings) if run.purpose != "websites" else 1
    read = run.facts.get("read", []) if lists > 1 else []
    before = sum(one["seen"] for one in read)
    if not total:
        return Bar("reading", None, "")
    if len(read) >= lists:
        return Bar("reading", 1.0, f"{done:,} of {total:,}")
    if singly := stages.stage(run.stage).reads_singly:
        return Bar("reading", _part(done, total), f"{done:,} of {total:,} {singly}")
    words = f"{done - before:,} of {total - before:,}" + (f", list {len(read) + 1} of {lists}" if lists > 1 else "")
    return Bar("reading", (len(read) + (_part(done - before, total - before) or 0)) / lists, words)


def _part(done, total):
    return min(1.0, done / total) if total else None


def _rate(run, begun, at):
    seconds = (at - begun.at).total_seconds()
    done = _pair(run)[0] - begun.done
    return done / seconds if seconds >= SECONDS_TO_JUDGE and done > 0 else None


def _seconds_left(run, rate):
    """Of this movement: by its rate, but never less than the quota needs for the requests that are left."""
    done, total = _pair(run)
    left = total - done + (run.progress.get("reading_later", 0) if run.movement == "reading" else 0)
    if left <= 0:
        return None
    by_rate = [int(left / rate)] if rate else []
    if run.movement in ("comparing", "saving"):
        return by_rate[0] if by_rate else None
    reads_singly = run.movement == "reading" and stages.stage(run.stage).reads_singly
    one_by_one = run.movement == "asking" or run.purpose == "websites" or reads_singly
    requests = left if one_by_one else -(-left // PAGE)
    return max([asking.seconds_for(requests, run.account_id), *by_rate]) if by_rate or requests > PAGE else None
