"""What an import did, as its page tells it: names, sentences, and counts of reasons."""

from datetime import datetime

import sqlalchemy as sa

from ..db import db, now, owned
from ..web.words import clock, day, day_time, duration, plural
from . import stages
from .models import OUTCOMES, Decision, ImportRun

CAME_IN = ("created", "linked", "updated")
PURPOSES = {"import": "{}", "read": "Read from Halo: {}", "websites": "Read websites: {}"}
# lists as people call them; in `facts` they go by their mirror kind
LISTS = {"site": "sites", "client": "clients", "user": "contacts", "opportunity": "opportunities", "note": "notes"}
ENDED = ("done", "problems")
MOST_REASONS = 20


def title(run: ImportRun) -> str:
    """What a run is called, without its time: "Companies", "Read from Halo: companies"."""
    name = stages.stage(run.stage).title
    return PURPOSES[run.purpose].format(name if run.purpose == "import" else name.lower())


def name(run: ImportRun) -> str:
    """ "Companies, 3 May 14:05"."""
    return f"{title(run)}, {day_time(run.started_at)}"


def total(run: ImportRun) -> int:
    return sum(run.counts.get(outcome, 0) for outcome in OUTCOMES)


def took(run: ImportRun) -> str:
    return duration(((run.ended_at or now()) - run.started_at).total_seconds())


def came_in(run: ImportRun) -> int:
    return sum(run.counts.get(outcome, 0) for outcome in CAME_IN)


def short(run: ImportRun) -> str:
    """The counts in one line: "12 new, 38 updated, 2 need your answer"."""
    words = {
        "created": "{} new", "linked": "{} linked", "updated": "{} updated", "review": "{} need your answer",
        "failed": "{} failed", "unchanged": "{} without a change", "skipped": "{} left out",
    }  # fmt: skip
    shown = [words[key].format(f"{run.counts[key]:,}") for key in words if run.counts.get(key)]
    return ", ".join(shown) or "nothing came in"


def last_result(run: ImportRun) -> str:
    """A finished run as one sentence on the rail: "3 May 14:05, Ann: 12 new, 38 updated"."""
    who = f"{day_time(run.ended_at or run.started_at)}, {run.by_name}"
    if run.purpose != "import":
        return f"{who}: {_read_sentence(run)}"
    if run.state == "failed":
        return f"{who}: {_bare(run.stopped or 'stopped')}."
    return f"{who}: {short(run)}."


def sentence(run: ImportRun) -> str:
    """The one sentence under an import's title."""
    if run.is_live:
        return f"Started {day_time(run.started_at)} by {run.by_name}. You can close this page; the import goes on."
    if run.state == "failed":
        return stopped(run)
    if run.state == "cancelled":
        saved = plural(came_in(run), stages.stage(run.stage).noun, stages.stage(run.stage).title.lower())
        return f"Cancelled {clock(run.ended_at)}. {saved} came in before that and stay; the rest was not touched."
    if run.purpose != "import":
        return _read_sentence(run)
    if nothing_new(run):
        return _nothing_new(run)
    return _came_in_sentence(run)


def nothing_new(run: ImportRun) -> bool:
    """Whether it ended well and nothing at all came of it."""
    return run.purpose == "import" and run.state == "done" and not came_in(run) and not run.counts.get("review")


def stopped(run: ImportRun) -> str:
    """Why, when, what is in and what is not, as one or two sentences."""
    done, whole = run.progress.get("reading", [0, 0])
    saved = run.progress.get("saving", [0, 0])[0]
    of = f" of {whole:,}" if whole > done else ""
    noun = stages.stage(run.stage).title.lower()
    return (
        f"Stopped {clock(run.ended_at)}: {_bare(run.stopped or 'it could not go on')}. "
        f"{done:,}{of} records read, {f'{saved:,} {noun} saved' if saved else 'none saved'}."
    )


def _came_in_sentence(run):
    parts = [f"{came_in(run):,} of {total(run):,} came in"]
    if review := run.counts.get("review"):
        parts.append(f"{review:,} {'needs' if review == 1 else 'need'} your answer")
    if failed := run.counts.get("failed"):
        parts.append(f"{failed:,} failed")
    return f"{'; '.join(parts)}."


def _nothing_new(run):
    before = previous(run)
    if before is None:
        return "Nothing in Halo is to come in with this mapping."
    return f"Nothing has changed in Halo since {day(before.started_at)}."


def _read_sentence(run):
    if run.state == "failed":
        return stopped(run)
    if run.state == "cancelled":
        return "cancelled before its end"
    read = [f"{one['seen']:,} {LISTS.get(one['kind'], one['kind'])}" for one in run.facts.get("read", [])]
    if run.purpose == "websites":
        return f"{run.progress.get('reading', [0, 0])[0]:,} websites read from Halo."
    return f"{' and '.join(read) or 'Nothing'} read from Halo."


def _bare(text):
    return text.strip().rstrip(".")


def previous(run: ImportRun) -> ImportRun | None:
    """The import of this stage and Halo that ended before this one."""
    earlier = owned(ImportRun, run.account_id).where(
        ImportRun.stage == run.stage, ImportRun.tenant_id == run.tenant_id, ImportRun.purpose == "import",
        ImportRun.state.in_(ENDED), ImportRun.id < run.id,
    )  # fmt: skip
    return db.session.scalar(earlier.order_by(ImportRun.id.desc()).limit(1))


def is_first_import(account_id: int) -> bool:
    """Whether no import of this account has come to its end yet."""
    ended = owned(ImportRun, account_id).where(ImportRun.purpose == "import", ImportRun.state.in_(ENDED))
    return db.session.scalar(ended.limit(1)) is None


def reasons(run: ImportRun, actions: tuple[str, ...]) -> list[tuple[str, int]]:
    """The reasons among decisions with one of these outcomes, most frequent first: [(why, count)]."""
    number = sa.func.count()
    grouped = sa.select(Decision.why, number).where(Decision.run_id == run.id, Decision.action.in_(actions))
    rows = db.session.execute(grouped.group_by(Decision.why).order_by(number.desc(), Decision.why).limit(MOST_REASONS))
    return [tuple(row) for row in rows]


def touched(run: ImportRun) -> list[tuple[str, str]]:
    """What else the import found, as (what, words) for the page; only what there is to tell."""
    told = []
    newer = run.facts.get("newer_here", 0)
    if newer:
        told.append(("Newer here", f"{newer:,} with values that stay because GlassHive's are newer"))
    if gone := run.facts.get("gone"):
        told.append(("No longer in Halo", f"{gone:,} records; nothing was deleted here"))
    if unread := run.facts.get("websites_unread"):
        told.append(("Websites not read yet", f"{unread:,}"))
    for one in run.facts.get("read", []):
        if one["state"] == "incomplete":
            told.append((f"Halo's list of {LISTS.get(one['kind'], one['kind'])}", "changed while it was read: nothing was taken for deleted"))  # fmt: skip
    return told


def read_at(run: ImportRun) -> datetime | None:
    """When the lists this run used were read, where it used an earlier reading."""
    times = [datetime.fromisoformat(one["at"]) for one in run.facts.get("read", []) if one.get("at")]
    return min(times) if times else None
