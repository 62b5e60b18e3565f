"""`flask halo read | import | decisions | apply | undo`: the stages from the shell."""

import time

import click
from flask.cli import with_appcontext

from .. import queues
from ..accounts import mailing
from ..accounts.people import Unusable
from ..connecting import opening
from ..crm.statuses import STATUSES
from ..db import begin_write, db
from ..people import choosing, inviting
from ..shell import account_option, answer, json_option, person, refuse
from . import legs, orders, runs, sentences, stages
from .card import counted
from .models import OUTCOMES, ImportRun
from .order_models import ImportOrder
from .telling import decisions_of

STAGE = click.Choice(list(stages.BY_KEY))
GOOD = ("done", "problems", "previewed")
DEFAULTS = {"newer": "read", "websites": "read"}  # a run that was not told does the same, after asking
LATER = "Preview, apply and undo belong to a later version."


@click.command("read")
@click.argument("stage", type=STAGE)
@account_option
@click.option("--inline", is_flag=True, help="Work in this process, without Redis and workers.")
@json_option
@with_appcontext
def read(stage, account, inline, as_json):
    """Read a stage's lists from Halo into the mirror; changes nothing else."""
    _run(account, stage, inline, as_json, purpose="read")


@click.command("import")
@click.argument("stage", type=click.Choice([*stages.BY_KEY, "all"]))
@account_option
@click.option("--preview", is_flag=True, help="Stop after comparing.")
@click.option("--full", is_flag=True, help="Also read every cached detail again.")
@click.option("--inline", is_flag=True, help="Work in this process, without Redis and workers.")
@click.option(
    "--newer",
    type=click.Choice(["read", "ours", "theirs"]),
    default=DEFAULTS["newer"],
    show_default=True,
    help="Where both sides differ and only Halo's times tell the newer: read them, or take one side.",
)
@click.option(
    "--websites",
    type=click.Choice(["read", "skip"]),
    default=DEFAULTS["websites"],
    show_default=True,
    help="Websites that Halo tells one by one and matching needs.",
)
@click.option(
    "--choose",
    "chosen",
    multiple=True,
    metavar="NAME=VALUE",
    help="Choose how the stage imports, from now on: without_email=import for contacts, closed_before=2024-01-01 for "
    "opportunities; nothing after = takes it back.",
)
@click.option(
    "--unmapped",
    default="leave_out",
    show_default=True,
    metavar="leave_out|STATUS",
    help="Opportunities of statuses that nobody has mapped: leave them out, or put them into this status of yours.",
)
@click.option("--invite", is_flag=True, help="Users: then invite everybody whose role type is taken in.")
@json_option
@with_appcontext
def import_(stage, account, preview, full, inline, newer, websites, chosen, unmapped, invite, as_json):  # fmt: skip
    """Import a stage, or all of them in order; waits for its end.

    With "all", Halo's types and statuses are read first, and each stage starts when the one before has ended well. What
    nobody has mapped is told, and left out.

    Where another import or reading is running, or this one with other options, it waits for that one's end first
    (with --inline it takes part in it). An import just like it that is running already is the one it waits for.
    """
    if preview:
        refuse(LATER, code=2)
    if invite and stage != "users":
        refuse("Only users can be invited.", code=2)
    if stage == "all":
        _import_all(account, inline, as_json, {"newer": newer, "websites": websites} | ({"full": True} if full else {}))
        return
    _choose(account, stage, chosen)
    options = {"newer": newer, "websites": websites} | ({"full": True} if full else {})
    if stage == "opportunities":
        options |= {"unmapped_type": "leave_out", "unmapped_status": _status(account, unmapped)}
    _run(account, stage, inline, as_json, then=_invited if invite else None, options=options)


def _import_all(account, inline, as_json, options):
    if not inline:
        _require_queue()
    try:
        order = orders.start(account.id, person(), options)
    except runs.Locked as locked:
        refuse(f"{locked.lock.reason}.")
    order = _order_to_its_end(order, inline)
    told = [db.session.get(ImportRun, run_id) for run_id in order.runs]
    data = {"state": order.state, "runs": [_summary(run) for run in told], "stopped": order.stopped}
    answer(data, as_json, "\n".join([*map(_words, told), order.stopped or "All came to their end."]))
    if order.state != "done":
        refuse(order.stopped or "It did not come to its end.")


def _order_to_its_end(order, inline):
    """Work on an order, or see it worked on, until it has ended; what is not mapped is told and left out."""
    order_id = order.id
    orders.queue(order)
    while order.is_live:
        if order.state == "reading" and inline:
            orders.read(order_id)
        elif order.state == "asking":
            _tell_unmapped(orders.unmapped(order))
            begin_write()
            orders.reply(order)
        elif order.state == "running" and (run := orders.go_on(order.account_id)) and inline:
            legs.run_inline(run.id)
        if not inline:
            time.sleep(0.3)
        db.session.rollback()
        order = db.session.get(ImportOrder, order_id, populate_existing=True)
    return order


def _tell_unmapped(found):
    for one in found:
        names = ", ".join(f"{name} ({number:,})" for name, number in one.values)
        click.echo(f"{one.stage.title}: nobody has mapped {names}.", err=True)


def _invited(run):
    """Invite as mapped: (what to tell as data, as words)."""
    begin_write()
    try:
        found = inviting.invite(choosing.hold(run.account_id), person(), as_mapped=True)
    except (choosing.Refused, Unusable) as error:
        refuse(str(error))
    db.session.commit()
    inviting.queue(found)
    told = [
        {"email": link.user.email, "name": link.user.name, "link": mailing.address_of(link)} for link in found.links
    ]
    words = [f"Invited {one['name']}, {one['email']}: {one['link']}" for one in told] or ["Nobody was invited."]
    return {"invited": told}, "\n".join(words)


def _status(account, unmapped):
    """What the run's question about statuses is answered by; refuses a status there is not."""
    if unmapped == "leave_out":
        return unmapped
    named = STATUSES.called(account.id, unmapped)
    if named is None:
        known = ", ".join(STATUSES.names(account.id).values())
        refuse(f"There is no opportunity status “{unmapped}” here. There are: {known}.")
    return str(named.id)


def _choose(account, stage, chosen):
    """Keep what was chosen for the stage; refuses what it does not offer."""
    if not chosen:
        return
    offered = {choice.name: choice for choice in stages.stage(stage).choices}
    choices = dict(one.partition("=")[::2] for one in chosen)
    for name, value in choices.items():
        if name not in offered or not offered[name].accepts(value):
            refuse(f"{stage} has no choice {name}={value}. {_told_choices(offered.values())}")
    begin_write()
    if opening.connection_of(account.id) is None:
        refuse("Halo is not connected yet.")
    runs.choose(account.id, stage, choices)
    db.session.commit()


def _told_choices(offered):
    ways = [f"{one.name}={value}" for one in offered for value, _label in one.ways]
    ways += [f"{one.name}=YYYY-MM-DD" for one in offered if one.is_day]
    return f"It can be {' or '.join(ways)}." if ways else "It has none."


def _run(account, stage, inline, as_json, then=None, **what):
    """then: what to do once the run has come to its end, as in _invited()."""
    if not inline:
        _require_queue()
    run = _to_its_end(_started(account, stage, inline, **what), inline)
    if run.purpose == "import":
        _tell_unmapped(orders.unmapped_of(stages.stage(stage), run.tenant_id))
    data, words = then(run) if then and run.state in GOOD else ({}, "")
    answer(_summary(run) | data, as_json, "\n".join(filter(None, (_words(run), words))))
    if run.state not in GOOD:
        refuse(run.stopped or "It waits for an answer on its page.")


def _started(account, stage, inline, **what):
    """The run that was asked for. One of another kind, or with other options, that is live comes to its end first."""
    while True:
        try:
            run = runs.start(account.id, stage, person(), **what)
            if DEFAULTS | run.options == DEFAULTS | what.get("options", {}):
                return run
            other = runs.Busy(run)
        except runs.Locked as locked:
            refuse(f"{locked.lock.reason}.")
        except runs.Busy as busy:
            other = busy
        click.echo(f"{other}; waiting for its end.", err=True)
        if _to_its_end(other.run, inline).is_live:
            refuse(f"{other} and waits for an answer on its page.")


def _to_its_end(run, inline):
    """Work on a run, or see it worked on, until it has ended or a person must answer."""
    run_id = run.id
    if inline:
        legs.run_inline(run_id)
    else:
        runs.queue(run)
        _wait(run_id)
    return db.session.get(ImportRun, run_id, populate_existing=True)


def _require_queue():
    try:
        queues.redis_connection().ping()
    except (queues.NoQueue, queues.RedisError) as error:
        refuse(f"Redis does not answer ({type(error).__name__}): start the site with `make run`, or use --inline.")


def _wait(run_id):
    while True:
        db.session.rollback()
        run = db.session.get(ImportRun, run_id, populate_existing=True)
        if not run.is_live or run.question:
            return
        time.sleep(0.3)


def _summary(run):
    counts = dict(counted(run))
    seconds = round((run.ended_at - run.started_at).total_seconds(), 1) if run.ended_at else None
    return {"run": run.id, "stage": run.stage, "state": run.state, "counts": counts, "requests": run.requests,
            "seconds": seconds, "fetched": run.facts.get("fetched"), "read": run.facts.get("read", []),
            "touched": sentences.touched(run), "lists": _lists(run)}  # fmt: skip


def _lists(run):
    return [{"name": name, "joined": joined, "left": left} for _, name, joined, left in sentences.lists_touched(run)]


def _words(run):
    counts = ", ".join(f"{count} {name}" for name, count in counted(run) if count)
    told = f"Run {run.id}, {run.stage}: {run.state}. {counts or 'Nothing to tell'}. {run.requests} requests to Halo."
    if run.purpose != "import":
        return told
    lists = [f"List {one['name']}: {one['joined']} joined, {one['left']} left." for one in _lists(run)]
    return "\n".join([told, *sentences.touched(run), *lists])


@click.command("decisions")
@click.argument("run", type=int)
@account_option
@click.option("--action", type=click.Choice(OUTCOMES), help="Only these.")
@click.option("--all", "everything", is_flag=True, help="Unchanged ones too.")
@json_option
@with_appcontext
def decisions(run, account, action, everything, as_json):
    """What a run decided about each record, and why."""
    found = db.session.get(ImportRun, run)
    if found is None or found.account_id != account.id:
        refuse(f"There is no import {run} in this account.")
    told = decisions_of(found, action, everything)
    answer(told, as_json, "\n".join(f"{one['halo_id']:>8}  {one['action']:<10} {one['reason']}" for one in told))


def _later(name):
    @click.command(name)
    @click.argument("run", type=int)
    @account_option
    @json_option
    @with_appcontext
    def command(run, account, as_json):
        """Belongs to a later version."""
        refuse(LATER, code=2)

    return command


commands = (read, import_, decisions, _later("apply"), _later("undo"))
