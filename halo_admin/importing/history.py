"""The imports of an account, newest first, narrowed by stage and person."""

from typing import NamedTuple

import sqlalchemy as sa

from ..accounts.models import User
from ..crm.naming import number
from ..db import db, owned
from . import stages
from .models import ImportRun

ROWS = 50
LARGEST = 2**63 - 1
SHELL = "shell"  # runs that no person started


class Asked(NamedTuple):
    """stage and who narrow, empty: all; before: show runs older than this one."""

    stage: str
    who: str
    before: int


def read(args) -> Asked:
    """What an address asks for; whatever in it means nothing is left aside."""
    stage, who = args.get("stage", ""), args.get("who", "")
    who = who if who == SHELL or number(who) else ""
    return Asked(stage if stage in stages.BY_KEY else "", who, number(args.get("after", "")) or LARGEST)


def page(account_id: int, asked: Asked) -> tuple[list[ImportRun], int | None]:
    """(runs, the id the next page goes on from or None)."""
    # what was read for one profile stands in that profile's history
    chosen = owned(ImportRun, account_id).where(ImportRun.id < asked.before, ImportRun.purpose != "profile")
    if asked.stage:
        chosen = chosen.where(ImportRun.stage == asked.stage)
    if asked.who == SHELL:
        chosen = chosen.where(ImportRun.by_user_id.is_(None))
    elif asked.who:
        chosen = chosen.where(ImportRun.by_user_id == int(asked.who))
    found = db.session.scalars(chosen.order_by(ImportRun.id.desc()).limit(ROWS + 1)).all()
    return found[:ROWS], found[ROWS - 1].id if len(found) > ROWS else None


def people(account_id: int) -> list[tuple]:
    """[(value, name)] of who may have started imports."""
    users = db.session.scalars(owned(User, account_id).order_by(User.name, User.id))
    return [*((user.id, user.name) for user in users), (SHELL, "The command line")]


def before(run: ImportRun) -> ImportRun | None:
    """The completed import of the same stage and Halo before this one."""
    earlier = owned(ImportRun, run.account_id).where(
        ImportRun.tenant_id == run.tenant_id, ImportRun.stage == run.stage, ImportRun.id < run.id,
        ImportRun.purpose == "import", ImportRun.state.in_(("done", "problems")),
    )  # fmt: skip
    return db.session.scalar(earlier.order_by(ImportRun.id.desc()).limit(1))


def overtaken(run: ImportRun) -> bool:
    """Whether a later import dealt with the same records: only the newest knows those where nothing changed."""
    later = sa.select(ImportRun.id).where(
        ImportRun.account_id == run.account_id, ImportRun.tenant_id == run.tenant_id, ImportRun.stage == run.stage,
        ImportRun.id > run.id, ImportRun.purpose == "import",
    )  # fmt: skip
    return db.session.scalar(sa.select(later.exists()))
