"""Import all, in order: the panel on top of the rail, and its buttons."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..db import db
from ..web.door import own_or_404
from ..web.words import STATES
from . import locks, orders, stages
from .blueprint import bp
from .models import ImportRun
from .order_models import ImportOrder

WORDS = {"later": ("To come", "quiet"), "live": ("At work", "live")}


@bp.app_context_processor
def _telling():
    """For the rail alone: the panel's order, and what it needs."""
    return {"order_panel": panel, "is_set_up": lambda: orders.is_set_up(current_user.account_id)}


@bp.post("/order")
def start_order():
    try:
        order = orders.start(current_user.account_id, current_user)
    except locks.Locked as locked:
        flash(f"{locked}. {locked.lock.action} first.", "warning")
    else:
        orders.queue(order)
    return redirect(url_for("importing.rail"), 303)


@bp.get("/order/<int:order_id>")
def order(order_id):
    """What the panel asks for while an order is live; once something beside it has changed, the page is asked anew."""
    found = own_or_404(ImportOrder, order_id)
    shown = panel(found)
    headers = {"HX-Refresh": "true"} if request.args.get("shape") != shown["shape"] else {}
    return render_template("importing/_order.html", order=shown), headers


@bp.post("/order/<int:order_id>/start")
def start_unmapped(order_id):
    """A person has seen what stays out: go."""
    orders.reply(own_or_404(ImportOrder, order_id))
    return redirect(url_for("importing.rail"), 303)


@bp.post("/order/<int:order_id>/cancel")
def cancel_order(order_id):
    orders.cancel(own_or_404(ImportOrder, order_id))
    return redirect(url_for("importing.rail"), 303)


def panel(order=None):
    """What `_order.html` shows of an order, the account's newest where none is given."""
    order = order or orders.live(current_user.account_id) or orders.latest(current_user.account_id)
    if order is None:
        return {"row": None, "steps": [], "unmapped": [], "shape": "", "names": _names(orders.keys())}
    steps = [_step(order, at) for at in range(len(order.stages))]
    return {
        "row": order, "steps": steps, "names": _names(order.stages), "state": STATES.get(order.state),
        "unmapped": orders.unmapped(order) if order.state == "asking" else [],
        "shape": f"{order.state}.{len(order.runs)}.{steps[order.at]['word']}",
    }  # fmt: skip


def _step(order, at):
    stage = stages.stage(order.stages[at])
    run = db.session.get(ImportRun, order.runs[at]) if at < len(order.runs) else None
    word, tone = WORDS["later"] if run is None else WORDS["live"] if run.is_live else STATES[run.state]
    return {"stage": stage, "run": run, "word": word, "tone": tone}


def _names(keys):
    titles = [stages.stage(key).title for key in keys]
    return f"{', '.join(titles[:-1])} and {titles[-1]}"
