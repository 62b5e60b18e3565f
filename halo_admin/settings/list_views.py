"""The account's own lists on its page: company types and opportunity statuses, each line changed in place.

Each list has the same addresses, /settings/account/types/… and /settings/account/statuses/…, and answers with itself
alone where its own script asks.
"""

from functools import wraps

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user

from ..crm.own_lists import Unusable
from ..db import db
from ..web.door import LARGEST_ID, own_or_404
from . import lists_form
from .blueprint import bp
from .lists_form import LISTS
from .pages import fragment_or_page, wants

ONE = f"/<int(max={LARGEST_ID}):{{}}_id>"
STEPS = {"up": -1, "down": 1}


def _on_each(name: str, address: str, method="POST"):
    """Hang a view(shown, …) below each list; its endpoint is settings.rename_type, or settings.rename_status."""

    def hang(view):
        for key, shown in LISTS.items():
            noun = shown.own.noun
            bp.add_url_rule(f"/{key}{address.format(noun)}", f"{name}_{noun}", _of(view, shown), methods=[method])
        return view

    return hang


def _of(view, shown):
    @wraps(view)  # whoever checks a form's token asks a view for its name
    def call(**ids):
        return view(shown, *(own_or_404(shown.own.model, one) for one in ids.values()))

    return call


@_on_each("add", "")
def add(shown):
    name = request.form.get("name", "")
    try:
        one = shown.own.add(current_user.account_id, name, **_values(shown))
    except Unusable as error:
        return _rejected(shown, adding=name, error=str(error))
    return _saved(shown, f"“{one.name}” was added.", added=True)


@_on_each("edit", ONE, "GET")
def edit(shown, one):
    return fragment_or_page(shown, renaming=one.id, new_name=one.name)


@_on_each("rename", ONE)
def rename(shown, one):
    before, name, one_id = one.name, request.form.get("name", ""), one.id
    was = _values_of(shown, one)
    try:
        _refuse_unseen(shown, one, "change it")
        shown.own.change(one, name, **_values(shown))
    except Unusable as error:
        return _rejected(shown, renaming=one_id, new_name=name, error=str(error))
    return _saved(shown, _told(shown, one, before, was), touched=(one_id, "rename"))


@_on_each("move", f"{ONE}/move")
def move(shown, one):
    where = request.form.get("where")
    if where not in STEPS:
        abort(400)
    shown.own.move(one, STEPS[where])
    return _saved(shown, f"“{one.name}” was moved {where}.", touched=(one.id, where))


@_on_each("remove", f"{ONE}/remove")
def remove(shown, one):
    one_id, name = one.id, one.name
    try:
        _refuse_unseen(shown, one, "remove it")
        lists_form.remove(shown, one)
    except Unusable as error:
        return _rejected(shown, kept=one_id, error=str(error))
    return _saved(shown, f"“{name}” was removed.")


def _refuse_unseen(shown, one, then):
    """Raises Unusable where a line is not as the form was opened with."""
    db.session.refresh(one, with_for_update=True)
    held = {"name": one.name} | _values_of(shown, one)
    if any(request.form.get(f"was_{field}", value) != value for field, value in held.items()):
        counts = f", counts as {one.kind}" if shown.kinds else ""
        raise Unusable(f"It was changed meanwhile: it is “{one.name}”{counts}. Look at it, then {then}.")


def _values(shown):
    """What the form says of a line besides its name."""
    if not shown.kinds:
        return {}
    kind = request.form.get("kind")
    return {"kind": kind} if kind in shown.kinds else abort(400)


def _values_of(shown, one):
    return {"kind": one.kind} if shown.kinds else {}


def _told(shown, one, before, was):
    if shown.kinds and one.name == before and was != _values_of(shown, one):
        return f"“{one.name}” counts as {one.kind} now."
    return f"“{before}” is called “{one.name}” now."


def _saved(shown, said, **more):
    db.session.commit()
    if wants(shown):
        return fragment_or_page(shown, said=said, **more)
    flash(said, "success")
    return redirect(url_for("settings.account", _anchor=shown.anchor))


def _rejected(shown, **more):
    db.session.rollback()
    return fragment_or_page(shown, chosen_kind=request.form.get("kind"), **more), 422
