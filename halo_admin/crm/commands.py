"""`flask crm …`: records in from a CSV file and out as CSV files."""

from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup

from .. import audit
from ..shell import account_option, answer, json_option, person, refuse
from . import dumping, encodings, loading, odd_values, sheets, uploads
from .load_models import ALL, EMPTY, GAPS, KEEP

DELIMITERS = {name.lower().replace(" ", "-"): sign for sign, name in sheets.DELIMITERS.items()}  # no shell reads them

crm = AppGroup("crm", help="An account's own records.")


@crm.command("load")
@click.argument("kind", type=click.Choice(list(loading.KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--column",
    "columns",
    metavar="FIELD=HEADING",
    multiple=True,
    help="Which column holds a field, where its heading does not tell.",
)
@click.option("--encoding", type=click.Choice(list(encodings.OFFERED)), help="Where it is not found out.")
@click.option("--delimiter", type=click.Choice(list(DELIMITERS)), help="Where it is not found out.")
@click.option(
    "--blanks",
    type=click.Choice([EMPTY, KEEP]),
    default=EMPTY,
    show_default=True,
    help="What an empty cell does to a field that holds something.",
)
@click.option("--gaps-only", is_flag=True, help="Fill what is blank here; leave what holds something else.")
@click.option("--preview", is_flag=True, help="Tell what it would do; save nothing.")
@account_option
@json_option
@click.pass_context
def load(context, account, kind, file, as_json, columns, encoding, delimiter, blanks, gaps_only, preview):
    """Take a CSV file in: its first line names the columns, as a dump does, or as other programs do.

    A line changes the record it is about, or makes one. Companies are known by their website, else their name; contacts
    by their e-mail; lists by their name. Load companies before contacts, who name theirs.
    """
    choices = {
        "blanks": blanks,
        "takes": GAPS if gaps_only else ALL,
        "encoding": encoding or "",
        "delimiter": DELIMITERS.get(delimiter, ""),
        "columns": _told_columns(columns),
    }
    try:
        loaded = asdict(loading.load(kind, account, file, person(), save=not preview, **choices))
    except (sheets.Unreadable, uploads.TooLarge, OSError) as error:
        refuse(f"{file.name} was not loaded. {error}")
    if unknown := loaded.pop("unknown"):
        click.echo(f"Left aside, as no column of {kind} is called so: {', '.join(unknown)}.", err=True)
    if odd := odd_values.sentence(loaded.pop("odd")):
        click.echo(odd, err=True)
    answer(loaded, as_json, _told(loaded))
    if loaded["refused"]:
        context.exit(1)


def _told_columns(columns):
    """{field: heading}"""
    pairs = [one.partition("=") for one in columns]
    if wrong := [field for field, sign, _ in pairs if not sign]:
        raise click.BadParameter(f'"{wrong[0]}" is no FIELD=HEADING.', param_hint="--column")
    return {field.strip(): heading for field, _, heading in pairs}


@crm.command("dump")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@account_option
@json_option
def dump(account, folder, as_json):
    """Write the account's records into DIR, one CSV file for each kind."""
    audit.note_now("download", "Wrote all records into a folder", account_id=account.id)
    try:
        written = dumping.dump(account.id, folder)
    except OSError as error:
        refuse(f"Nothing can be written to {folder}: {error.strerror}.")
    answer(written, as_json, "\n".join(f"{number:,} {kind}" for kind, number in written.items()))


def _told(loaded):
    counts = f"{loaded['created']:,} created, {loaded['updated']:,} updated, {loaded['unchanged']:,} unchanged"
    lines = [f"Line {one['line']} refused: {one['reason']}." for one in loaded["refused"]]
    return "\n".join([*lines, f"{counts}, {len(lines):,} refused."])
