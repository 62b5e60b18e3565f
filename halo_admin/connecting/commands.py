"""`flask halo connect` and `flask halo map`: connecting and mapping from the shell."""

import sys

import click
from flask.cli import AppGroup

from ..db import begin_write, db
from ..shell import account_option, answer, json_option, password_from_stdin, refuse
from . import answering, checks, credentials, mapping, roles, tenants
from .kinds import KINDS
from .models import ConnectionCheck
from .opening import connection_of

commands = AppGroup("halo", help="The Halo PSA integration.")


@commands.command("connect")
@account_option
@click.option("--url", required=True, help="Halo's address, such as https://acme.halopsa.com.")
@click.option("--auth-url", default="", help="The authorisation server, where it is not at Halo's address.")
@click.option("--tenant", default="", help="The tenant, where Halo needs one to sign in.")
@click.option("--client-id", required=True)
@click.option("--client-secret-stdin", is_flag=True, required=True, help="Read the client secret from standard input.")
@json_option
def connect(account, url, auth_url, tenant, client_id, client_secret_stdin, as_json):
    """Save the credentials and check them. Another address than before is another Halo: old links are set aside."""
    typed = credentials.Typed(url, client_id, password_from_stdin(), auth_url, tenant)
    begin_write()
    try:
        connection, notes = credentials.save(account.id, typed, other_tenant_is_meant=True)
    except credentials.Unusable as error:
        refuse(str(error))
    db.session.commit()
    check = checks.new(connection)
    checks.run(check.id)
    _tell(connection_of(account.id), db.session.get(ConnectionCheck, check.id), notes, as_json)


def _tell(connection, check, notes, as_json):
    passed = check.state == "passed"
    data = {"connected": passed, "url": connection.url, "tenant": tenants.called(connection.tenant),
            "agent": connection.agent_name, "notes": notes, "lines": check.lines, "stopped": check.stopped}  # fmt: skip
    marks = {True: "ok  ", False: "FAIL", None: "    "}
    lines = [*notes, *(f"{marks[line['ok']]} {line['title']}: {line['text']}" for line in check.lines)]
    lines.append(f"Connected to {data['tenant']}." if passed else f"Not connected. {check.stopped or ''}".strip())
    answer(data, as_json, "\n".join(lines))
    sys.exit(0 if passed else 1)


@commands.command("map")
@account_option
@click.option("--kind", default="company_type", type=click.Choice(mapping.KINDS), show_default=True)
@click.option("--set", "settings", multiple=True, metavar="HALO=OURS", help="Nothing after = leaves it out.")
@click.option(
    "--all", "everything", is_flag=True, help="What is unmapped: under its own name; roles as their names suggest."
)
@json_option
def map_values(account, kind, settings, everything, as_json):
    """Show what Halo's values mean here, or set it."""
    if kind == roles.KIND:
        _map_roles(account, settings, everything, as_json)
        return
    tenant = _read_tenant(account, kind)
    if settings or everything:
        _answer(tenant, kind, settings, everything)
    rows, told = mapping.table(tenant, kind), KINDS[kind].words.many
    summary = mapping.summary(rows, kind)
    data = {"kind": kind, "values": [_as_data(row, told) for row in rows], "summary": summary}
    answer(data, as_json, "\n".join([*map(_as_words, rows), summary]))


def _map_roles(account, settings, everything, as_json):
    connection = connection_of(account.id)
    if connection is None:
        refuse("This account is not connected to Halo: run `halo connect` first.")
    tenant = connection.tenant
    if not roles.table(tenant):
        refuse("Roles not read yet: run `halo read users`.")
    if settings or everything:
        begin_write()
        try:
            answers = roles.by_name(tenant, [_pair(setting) for setting in settings])
            roles.save(tenant, (roles.suggestions(tenant) if everything else {}) | answers)
        except answering.Unknown as error:
            db.session.rollback()
            refuse(str(error))
        db.session.commit()
    rows = roles.table(tenant)
    told = [_as_role(row) for row in rows]
    answer({"kind": roles.KIND, "values": told}, as_json, "\n".join(map(_role_as_words, rows)))


def _as_role(row):
    return {"key": row.key, "halo": row.shown, "agents": row.agents, "answered": row.answered,
            "ours": _type_named(row.type) if row.answered else None,
            "suggested": None if row.answered else _type_named(row.suggested)}  # fmt: skip


def _role_as_words(row):
    meaning = _type_named(row.type) if row.answered else f"not answered (perhaps {_type_named(row.suggested)})"
    return f"{row.shown}  {row.agents:,}  → {meaning}"


def _type_named(key):
    return roles.TYPES.get(key, roles.NO_TYPE)


def _read_tenant(account, kind):
    connection, about = connection_of(account.id), KINDS[kind]
    if connection is None:
        refuse("This account is not connected to Halo: run `halo connect` first.")
    if not about.any_read(connection.tenant_id):
        refuse(f"{about.words.many.capitalize()} not read yet: run `halo read {about.stage}`.")
    return connection.tenant


def _answer(tenant, kind, settings, everything):
    begin_write()
    try:
        answers = answering.by_name(tenant, kind, [_pair(setting) for setting in settings])
        if everything:
            answers = answering.under_own_names(tenant, kind) | answers
        answering.save(tenant, kind, answers)
    except answering.Unknown as error:
        db.session.rollback()
        refuse(str(error))
    db.session.commit()


def _pair(setting):
    halo, equals, ours = setting.rpartition("=")
    if not equals:
        refuse(f"“{setting}” says nothing: write --set HALO=OURS, or --set HALO= to leave it out.", code=2)
    return halo.strip(), ours.strip()


def _as_data(row, many):
    return {"key": row.key, "halo": row.shown, "field": row.field, many: row.number, "here": row.here,
            "choice": row.choice, "ours": row.ours, "suggested": row.suggested and row.suggested[1]}  # fmt: skip


def _as_words(row):
    meaning = {"import": row.ours, "leave_out": "don't import", None: _open(row)}[row.choice]
    return f"{row.shown}  {row.field}  {row.number:,}  → {meaning}"


def _open(row):
    return f"not answered (perhaps {row.suggested[1]})" if row.suggested else "not answered"
