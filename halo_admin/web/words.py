"""How times, counts and outcomes read on every screen."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_login import current_user

OUTCOMES = {
    "created": "New",
    "linked": "Linked",
    "updated": "Updated",
    "unchanged": "No change",
    "review": "Needs your answer",
    "skipped": "Left out",
    "failed": "Failed",
}


def init_app(app):
    app.jinja_env.filters.update(day_time=day_time, clock=clock, number=number, plural=plural, outcome=OUTCOMES.get)
    app.jinja_env.globals.update(OUTCOMES=OUTCOMES)


def _zone():
    try:
        return ZoneInfo(current_user.account.time_zone)
    except (ZoneInfoNotFoundError, AttributeError, ValueError):
        return UTC


def day_time(at: datetime | None) -> str:
    """ "3 May 14:05" in the account's time zone; with the year when it is another one."""
    if at is None:
        return ""
    local = at.astimezone(_zone())
    year = "" if local.year == datetime.now(_zone()).year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def clock(at: datetime | None) -> str:
    """ "14:05" in the account's time zone."""
    return f"{at.astimezone(_zone()):%H:%M}" if at else ""


def number(value: int) -> str:
    """ "12,043"."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """ "1 company", "12,043 companies"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
