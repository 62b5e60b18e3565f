"""Who is on a list: what grew it, its contacts, and putting them on and taking them off."""

from dataclasses import replace

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user

from ..db import db
from ..web.door import own_or_404
from ..web.words import day, day_time, plural
from . import asking, contacts, files_out, finding, list_growth, lists
from .blueprint import bp
from .changes import COMMAND_LINE
from .contact_models import Contact, ContactList
from .naming import number
from .table_pages import file_sent
from .tables import LARGEST_ID, counted

ONE = f"/lists/<int(max={LARGEST_ID}):list_id>"
OFFERED = 10  # contacts that a search offers to add


def members_shown(chosen: ContactList, args) -> dict:
    """What the page of a list shows of its contacts, as its address asks for it."""
    grown = _grown(chosen, args.get("from", ""))
    asked, filters = _asked(chosen, grown)
    asked = replace(asked, cursor=asking.read(asking.Asked, args, {}).cursor)
    found = finding.find(Contact, chosen.account_id, asked, filters)
    q = " ".join(args.get("add", "").replace("\0", " ").split())[:200]

    given = {"from": _text(grown)} if grown else {}

    def address(**changes):
        return url_for("crm.one_list", list_id=chosen.id, **given | changes)

    return {
        "growth": list_growth.page(chosen, _place(args.get("older", ""))),
        "first_growth": "older" not in args,
        "grown": grown,
        "still": list_growth.number_still_on(chosen, grown.key) if grown else None,
        "page": found.page,
        "total": counted(found.total, found.more),
        "q": q,
        "offers": _offers(chosen, q) if q else None,
        "address": address,
        "given": given,
        "here": {name: args[name] for name in ("after", "before") if args.get(name)},
        # somebody was taken off: what came after is where one goes on
        "goes_on_at": min(number(args["at"]) or 0, len(found.page.rows) - 1) if "at" in args else None,
        "key_of": _text,
        "told_by": told_by,
    }


@bp.get(f"{ONE}.csv")
def list_file(list_id):
    """Its contacts, or those that one line of its growth put there, as a CSV file."""
    chosen = own_or_404(ContactList, list_id)
    asked, filters = _asked(chosen, _grown(chosen, request.args.get("from", "")))
    pieces = files_out.text(contacts, chosen.account_id, asked, filters)
    return file_sent("contacts", pieces, chosen.name)


def _asked(chosen, grown):
    """What to ask for to have a list's contacts, or those that one line of its growth put there, and the filters."""
    if grown is None:
        asked = contacts.Asked(list=str(chosen.id))
        return asked, contacts.filters(chosen.account_id, asked)
    return asking.Asked(), asking.Filters(narrowings=(list_growth.narrowing(chosen.id, grown.key),))


def _offers(chosen, q):
    """[(contact, whether it is on the list)] of the first that a search finds."""
    found = finding.find(Contact, chosen.account_id, asking.Asked(q=q), asking.Filters()).page.rows[:OFFERED]
    on = lists.those_on(chosen, [one.id for one in found])
    return [(one, one.id in on) for one in found]


@bp.post(f"{ONE}/contacts")
def change_members(list_id):
    """Put one contact on the list or take one off: the button says which."""
    chosen, takes_off = own_or_404(ContactList, list_id), "take_off" in request.form
    one = own_or_404(Contact, number(request.form.get("take_off" if takes_off else "put_on", "")) or 0)
    told = f"{one.name} was {'taken off' if takes_off else 'put on'} the list."
    (lists.take_off if takes_off else lists.put_on)(chosen, [one.id], current_user)
    db.session.commit()
    flash(told, "success")
    back = {name: request.form[name] for name in ("add", "from", "after", "before", "at") if request.form.get(name)}
    return redirect(url_for("crm.one_list", list_id=list_id, **back), 303)


@bp.post(f"{ONE}/take-off")
def take_off_grown(list_id):
    """Take off again what one line of the list's growth put on it and is on it by that alone."""
    chosen = own_or_404(ContactList, list_id)
    grown = _grown(chosen, request.form.get("from", "")) or abort(404)
    left = lists.take_off_grown(chosen, grown, current_user, f"Taken off again: what was put on {told_by(grown)}")
    flash(f"{plural(left, 'contact')} taken off.", "success")
    return redirect(url_for("crm.one_list", list_id=list_id), 303)


def told_by(line: list_growth.Line) -> str:
    """By what a list grew, in words: "by the import of 3 May 14:05"."""
    who = "the command line" if line.by == COMMAND_LINE else line.by
    if line.is_import:
        return f"by the import of {day_time(line.at)}"
    return f"by the file {line.file}, loaded by {who} on {day(line.at)}" if line.file else f"by {who} on {day(line.at)}"


def _text(line):
    return "-".join(map(str, line.key))


def _grown(chosen, text):
    kind, _, of = text.partition("-")
    known = kind in (list_growth.IMPORT, list_growth.PRESS) and (number(of) or 0)
    return list_growth.line(chosen, (kind, known)) if known else None


def _place(text):
    """The place that older lines begin at; None for anything that is none."""
    last = [number(part) for part in text.split("-")]
    return tuple(last) if len(last) == 2 and all(last) else None
