"""What a stage's card shows: its state in words, its last result as a sentence, and what can be done next."""

from dataclasses import dataclass
from datetime import datetime

from ..connecting import mapping
from ..connecting.kinds import KINDS as BY_KEY
from ..connecting.models import StageState
from ..connecting.opening import connection_of
from ..db import db, owned
from ..states import LIVE
from ..web.words import STATES
from . import asking, finishing, history, note_plan, runs, stages, websites
from .models import OUTCOMES, ImportRun
from .progress import LABELS
from .stage import Stage

NOTHING_WRITTEN = "Reads Halo, changes GlassHive. Nothing is written to Halo."


@dataclass(frozen=True)
class Card:
    """One stage as the account sees it. run: the newest one; imported: the newest import that is not live.

    live: the account's live run, whichever stage it is of. before: the completed import before `imported`.
    """

    stage: Stage
    number: int
    run: ImportRun | None
    imported: ImportRun | None
    before: ImportRun | None
    live: ImportRun | None
    lock: runs.Lock | None
    is_done: bool
    read_at: datetime | None
    mapped: tuple[str, ...] = ()  # the mappings' summaries
    unmapped: tuple = ()  # (kinds.Words, values nobody has answered for, their records) of each kind that has any
    websites: int = 0  # that were never read, one request each
    website_minutes: int = 0  # how long reading them takes
    plan: object = None  # whose notes there are to choose from (note_plan.py)
    choices: tuple = ()  # what can be chosen: (stage.Choice, how many records it is about, what is chosen)
    is_first: bool = False  # the account has imported nothing yet

    @property
    def is_live(self):
        return self.live is not None and self.live.stage == self.stage.key

    @property
    def told(self):
        """The import whose counts are shown: one that did not come to its end hides none that did."""
        return self.imported and told_of(self.imported, self.before)

    @property
    def waits_for_other(self):
        return self.live is not None and not self.is_live

    @property
    def may_go_on(self):
        return self.run is not None and self.live is None and runs.can_go_on(self.run)

    @property
    def state(self):
        """(word, tone)."""
        if self.is_live:
            return live_state(self.live)
        if self.may_go_on:
            return STATES["failed"]
        if self.lock:
            return ("Locked", "lock")
        return STATES[self.imported.state] if self.imported else ("Ready", "quiet")

    @property
    def must_read(self):
        """Whether reading is the way to open the lock: the mapping shows what clients have."""
        return self.lock is not None and self.lock.endpoint == "connecting.mapping_page" and self.read_at is None

    @property
    def changes(self):
        """What an import can change, in words."""
        return ", ".join(self.stage.labels(self.stage.fields))


def live_state(run: ImportRun) -> tuple[str, str]:
    """A live run's state as (word, tone)."""
    if run.cancel_wanted:
        return ("Cancelling", "warn")
    if run.question:
        return ("Needs your answer", "warn")
    if run.state == "quota":
        return ("Waiting for Halo", "warn")
    if run.down_since:
        return ("Halo does not answer", "warn")
    return ("Importing" if run.purpose == "import" else LABELS["reading"], "live")


def cards(account_id: int) -> list[Card]:
    """All stages' cards, in the order users walk them."""
    return [card_of(account_id, stage) for stage in stages.STAGES]


def card_of(account_id: int, stage: Stage) -> Card:
    connection, live = connection_of(account_id), runs.live(account_id)
    imported = before = None
    if connection:
        imported, before = imports_of(account_id, connection.tenant_id, stage.key)
    return Card(
        stage, 2 + stages.STAGES.index(stage), runs.latest(account_id, stage.key), imported, before, live,
        runs.lock(account_id, stage), _is_done(connection, stage), runs.mirror_read_at(account_id, stage),
        is_first=db.session.scalar(owned(ImportRun, account_id).where(ImportRun.purpose == "import").limit(1)) is None,
        **_of_tenant(connection.tenant, stage) if connection and not live else {},
    )  # fmt: skip


def told_of(imported: ImportRun, before: ImportRun | None) -> ImportRun:
    """Which of these two is told: an import that did not come to its end hides none that did."""
    return before if before and imported.state in ("cancelled", "failed") else imported


def imports_of(account_id: int, tenant_id: int, key: str) -> tuple[ImportRun | None, ImportRun | None]:
    """The newest import that is not live, and the newest completed one before it."""
    here = (ImportRun.tenant_id == tenant_id, ImportRun.stage == key, ImportRun.purpose == "import")
    ended = owned(ImportRun, account_id).where(*here, ImportRun.state.not_in(LIVE)).order_by(ImportRun.id.desc())
    last = db.session.scalar(ended.limit(1))
    return last, last and history.before(last)


def _is_done(connection, stage):
    state = connection and db.session.get(StageState, (connection.tenant_id, stage.key))
    return bool(state and state.done_at)


def _of_tenant(tenant, stage):
    state = db.session.get(StageState, (tenant.id, stage.key))
    chosen = state.options if state else {}
    choices = ((one, chosen.get(one.name, "")) for one in stage.choices)
    told = {"choices": tuple((one, stage.concerned(one, tenant.id, value), value) for one, value in choices)}
    if stage.mapping:
        told |= _mapped(tenant, stage)
    if stage.key == note_plan.whose.STAGE:
        told |= {"plan": note_plan.plan(tenant)}
    if websites.are_told_singly(tenant, stage):
        unread = websites.count_unread(tenant.id, stage)
        seconds = asking.seconds_for(unread, tenant.account_id)
        told |= {"websites": unread, "website_minutes": max(1, round(seconds / 60))}
    return told


def _mapped(tenant, stage):
    """What the stage's mappings say, and what nobody has answered for."""
    tables = {kind: mapping.table(tenant, kind) for kind in stage.mappings}
    unanswered = {kind: [row for row in rows if row.choice is None and row.number] for kind, rows in tables.items()}
    return {
        "mapped": tuple(_summary(kind, rows, len(tables) > 1) for kind, rows in tables.items()),
        "unmapped": tuple((BY_KEY[kind].words, len(rows), sum(row.number for row in rows))
                          for kind, rows in unanswered.items() if rows),
    }  # fmt: skip


def _summary(kind, rows, is_one_of_several):
    """What a mapping says. One of several says less than what becomes of the records in the end."""
    told = mapping.summary(rows, kind)
    return f"By {BY_KEY[kind].words.short}: {told}" if is_one_of_several else told


def counted(run: ImportRun) -> list[tuple[str, int]]:
    """[(outcome, number)] of a run, zeros included, in their usual order."""
    counts = finishing.counts_told(run)
    return [(name, counts.get(name, 0)) for name in OUTCOMES]
