"""`flask halo export`: sends one record from the shell, with the same care as the dialog."""

import sys
import time

import click
from flask.cli import with_appcontext

from .. import queues
from ..db import begin_write, db, owned
from ..shell import account_option, answer, json_option, person, refuse
from . import exports, jobs, picking
from .comparing import SAME
from .fields import KINDS
from .models import Export

NOTHING = "Halo already has all of this."
WHERE = "Say --to HALO_ID to link it to one of them, or --create to make a new one."


@click.command("export")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("record_id", metavar="ID", type=int)
@account_option
@click.option("--fields", required=True, help="Which ones, such as name,phone; what is the same in Halo is left away.")
@click.option("--to", "to", type=int, metavar="HALO_ID", help="The Halo record it is, where it is not linked yet.")
@click.option("--create", is_flag=True, help="Make a new one in Halo, whatever is like it there.")
@click.option("--site", type=int, metavar="HALO_ID", help="The site of a new contact; the client's main one otherwise.")
@click.option("--no-client", is_flag=True, help="A contact without a company belongs to no client in Halo either.")
@click.option("--type", "type_key", metavar="KEY", help="Halo's type, such as relationship:1, where several mean ours.")
@click.option("--overwrite", is_flag=True, help="Also what Halo has changed since both sides agreed.")
@click.option("--inline", is_flag=True, help="Work in this process, without Redis and workers.")
@json_option
@with_appcontext
def export(kind, record_id, account, fields, overwrite, inline, as_json, **where):
    """Send one company or contact to Halo: only these fields, read back afterwards."""
    model = KINDS[kind].model
    record = db.session.scalar(owned(model, account.id).where(model.id == record_id))
    if record is None:
        refuse(f"There is no {kind} {record_id} in this account.")
    names = _names(KINDS[kind], fields)
    looked = _looked(kind, record, _chosen(where), inline)
    if looked.state == "ready" and not _differs(picking.Picker(looked, record), names):
        answer(told(looked) | {"state": "done", "said": NOTHING}, as_json, NOTHING)
        return
    done = _sent(looked, names, overwrite, inline)
    answer(told(done), as_json, _words(done))
    if done.state != "done":
        sys.exit(1)


def _chosen(where):
    told = {"to": where["to"] or ("new" if where["create"] else None), "site": where["site"], "type": where["type_key"],
            "client": "none" if where["no_client"] else None}  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _names(kind, text):
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if kind.named(name) is None]
    if unknown:
        known = ", ".join(field.name for field in kind.fields)
        refuse(f"There is no field {unknown[0]} to send. There are: {known}.", code=2)
    return [kind.named(name).name for name in names]


def _looked(kind, record, chosen, inline):
    """The export, once Halo has been looked into."""
    begin_write()
    try:
        opened = exports.open_(kind, record, person(), chosen=chosen)
    except exports.NotNow as error:
        db.session.rollback()
        refuse(str(error))
    db.session.commit()
    if opened.state == "sending":
        return opened  # somebody else's: this command waits for its end
    looked = _to_its_end(opened, inline)
    if looked.state == "where":
        refuse(_where(looked))
    if looked.state != "ready":
        refuse(looked.said or "Whether Halo has saved it is not known: look again in the dialog.")
    return looked


def _where(export):
    found = export.found
    if first := found.get("company_first"):
        return f"Its company, {first['name']}, is not in Halo: send company {first['id']} first."
    if found.get("candidates"):
        lines = [f"  {one['halo_id']}  {one['name'] or 'without a name'}, by {' and '.join(one['by'])}{_hint(one)}"
                 for one in found["candidates"]]  # fmt: skip
        return "\n".join(["Halo has some that are like it:", *lines, WHERE])
    return "It has no company: say --no-client, or give it one first."


def _hint(one):
    if one["unreadable"]:
        return " (cannot be read)"
    return f" ({one['left_out']}: linking it ends that)" if one["left_out"] else ""


def _sent(export, names, overwrite, inline):
    if export.state == "sending":
        return _to_its_end(export, inline)
    model = KINDS[export.kind].model
    picker = picking.Picker(export, db.session.get(model, export.ours_id), person())
    try:
        picking.start(picker, names, overwrite)
    except exports.Busy as busy:
        export = busy.export
    except (picking.Rejected, exports.NotNow) as error:
        db.session.rollback()
        refuse(str(error))
    return _to_its_end(export, inline)


def _differs(picker, names):
    """Whether there is anything to send, or to link."""
    rows = {row.name: row for row in picker.rows()}
    asked = any(rows[name].verdict != SAME for name in names if name in rows)
    return picker.links or asked or any(row.fixed for row in rows.values())


def _to_its_end(export, inline):
    export_id = export.id
    if inline:
        return jobs.work_inline(export_id)
    try:
        queues.redis_connection().ping()
    except (queues.NoQueue, queues.RedisError) as error:
        refuse(f"Redis does not answer ({type(error).__name__}): start the site with `make run`, or use --inline.")
    exports.queue(export)
    while True:
        db.session.rollback()
        export = db.session.get(Export, export_id, populate_existing=True)
        if not export.is_worked_on:
            return export
        time.sleep(0.2)


def told(export) -> dict:
    """An export as data."""
    return {"export": export.id, "kind": export.kind, "id": export.ours_id, "state": export.state,
            "halo_id": export.halo_id, "created": export.is_new, "fields": export.results or [], "said": export.said,
            "requests": export.requests, "by": export.by_name, "opened_at": _iso(export.opened_at),
            "sent_at": _iso(export.sent_at), "ended_at": _iso(export.ended_at)}  # fmt: skip


def _iso(at):
    return at.isoformat() if at else None


def _words(export):
    lines = [f"{one['label']}: {one['outcome']}" + (f" ({one['words']})" if one["words"] else "")
             for one in export.results or ()]  # fmt: skip
    where = f"{KINDS[export.kind].theirs} {export.halo_id}" if export.halo_id else "Halo"
    return "\n".join([f"{export.ours_name}, {where}: {export.state}. {export.said or ''}".strip(), *lines])
