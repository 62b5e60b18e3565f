"""How times, counts, outcomes and states read on every screen."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_login import current_user

from ..normal import web_address
from ..normal.sums import money

OUTCOMES = {
    "created": "New",
    "linked": "Linked",
    "updated": "Updated",
    "unchanged": "No change",
    "review": "Needs your answer",
    "skipped": "Left out",
    "failed": "Failed",
}
OUTCOME_TONES = {"created": "good", "linked": "good", "updated": "good", "review": "warn", "failed": "bad"}

# a state's word, and the tone that underlines it
STATES = {
    "waiting": ("Waiting", "live"),
    "running": ("Running", "live"),
    "quota": ("Waiting for Halo", "live"),
    "done": ("Done", "good"),
    "problems": ("Finished with problems", "warn"),
    "cancelled": ("Cancelled", "quiet"),
    "failed": ("Stopped", "bad"),
}
SIDES = {"halo": "Halo", "glasshive": "GlassHive"}


def init_app(app):
    filters = (day_time, day, on_day, clock, number, plural, duration, taken, capital, full_stop, money, web_address)
    app.jinja_env.filters.update({function.__name__: function for function in filters}, outcome=OUTCOMES.get)
    app.jinja_env.globals.update(OUTCOMES=OUTCOMES, OUTCOME_TONES=OUTCOME_TONES, STATES=STATES, SIDES=SIDES)


def _zone():
    try:
        return ZoneInfo(current_user.account.time_zone)
    except (ZoneInfoNotFoundError, AttributeError, ValueError):
        return UTC


def day_time(at: datetime | None) -> str:
    """ "3 May 14:05" in the account's time zone; with the year when it is another one."""
    if at is None:
        return ""
    return f"{day(at, '%b')} {at.astimezone(_zone()):%H:%M}"


def day(at: datetime, month: str = "%B") -> str:
    """ "26 April" in the account's time zone; with the year when it is another one."""
    local = at.astimezone(_zone())
    year = "" if local.year == datetime.now(_zone()).year else f" {local.year}"
    return f"{local.day} {local.strftime(month)}{year}"


def on_day(iso: str | None) -> str:
    """ "3 May 2026", of a day as dates are kept; "" for none."""
    return f"{(day := date.fromisoformat(iso)).day} {day:%b %Y}" if iso else ""


def clock(at: datetime | None) -> str:
    """ "14:05" in the account's time zone; with the day when it is not today."""
    if at is None:
        return ""
    return f"{at.astimezone(_zone()):%H:%M}" if is_today(at) else day_time(at)


def is_today(at: datetime) -> bool:
    """Whether a time lies in the present day of the account's time zone."""
    return at.astimezone(_zone()).date() == datetime.now(_zone()).date()


def number(value: int) -> str:
    """ "12,043"."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """ "1 company", "12,043 companies"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """ "12 s", "3 min", "2 h 40 min": as exact as anybody wants to know."""
    seconds = int(seconds)
    if seconds < 60:
        return f"{max(seconds, 0)} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def taken(seconds: float) -> str:
    """How long something took: "less than a second", "12 s"."""
    return duration(seconds) if seconds >= 1 else "less than a second"


def full_stop(words: str) -> str:
    """A sentence with its full stop, also where a name at its end brings one: "It is that of Pinto S.A."."""
    return words if words.endswith(".") else f"{words}."


def capital(sentence: str) -> str:
    """The sentence with a capital at its beginning; the rest stays, names and abbreviations included."""
    return sentence[:1].upper() + sentence[1:]
