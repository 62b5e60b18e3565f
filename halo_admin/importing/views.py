"""The stage rail, a stage's card, and the buttons that start, stop and answer runs."""

from flask import abort, flash, has_request_context, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from ..connecting import mapping_form
from ..connecting.opening import connection_of
from ..connecting.strip import strip_of
from ..db import db
from ..web.door import own_or_404
from . import card, note_plan, orders, progress, runs, sentences, stages
from .blueprint import bp
from .models import ImportRun

# where what a stage brings in is seen, if not in a table of its own
TABLES = {"users": "people.page", "notes": "crm.contacts"}
PURPOSES = ("import", "read", "websites")


def live_import():
    """For every page: how far the account's live import is, for admins; None without one."""
    signed_in = has_request_context() and current_user and current_user.is_authenticated
    run = runs.live(current_user.account_id) if signed_in and current_user.is_admin else None
    return run and _chip(run)


def _chip(run):
    return {
        "run": run,
        "stage": stages.stage(run.stage),
        "state": card.live_state(run),
        "standing": progress.standing(run, request.args.get("pace", "")),
    }


@bp.context_processor
def _telling():
    tell = (card.counted, sentences.result, sentences.side_result, sentences.stopped, profile_url, table_url, stage_of)
    return {function.__name__: function for function in tell} | {"NOTHING_WRITTEN": card.NOTHING_WRITTEN}


def stage_of(run):
    return stages.stage(run.stage)


def profile_url(stage, ours_id):
    """The page of one of our records that a stage brings in."""
    if stage.key == "users":
        return url_for("people.page", _anchor=f"user-{ours_id}")
    return url_for(f"crm.{stage.noun}", **{f"{stage.noun}_id": ours_id})


def table_url(stage):
    """The table of what a stage brings in."""
    return url_for(TABLES.get(stage.key, f"crm.{stage.key}"))


@bp.get("")
def rail():
    cards = card.cards(current_user.account_id)
    live = next((_live(one.live) for one in cards if one.is_live), {})
    shown = {"cards": cards, "opened": _opened(cards), "folded": _folded(cards), "strip": _strip()}
    return render_template("importing/rail.html", **shown, **live)


def _opened(cards):
    """The keys of the lines that are open: the live stage's, the next one's, and those with values to answer for."""
    following = next((one for one in cards if not one.is_done), None)
    return {one.stage.key for one in cards if one.is_live or one is following or one.unmapped}


def _folded(cards):
    """The keys of the stages that are done once, while nothing of theirs goes on; none before everything is set up."""
    if not orders.is_set_up(current_user.account_id) or not any(
        one.is_done for one in cards if one.stage.key not in orders.SET_UP
    ):
        return ()
    return tuple(one.stage.key for one in cards if one.stage.key in orders.SET_UP and not one.is_live)


@bp.get("/<key>")
def stage_page(key):
    stage = _stage(key)
    if _is_htmx():
        return _fragment(stage)
    return render_template("importing/stage.html", **shown_card(stage), forms=_mappings(stage), strip=_strip())


@bp.get("/runs/<int:run_id>/progress", endpoint="progress")
def run_progress(run_id):
    """What a live card asks for; once something outside of it has changed, the whole card takes its place."""
    run = own_or_404(ImportRun, run_id)
    if request.args.get("mode") == shape(run):
        return render_template("importing/_progress.html", **_live(run), strip=_strip(), polled=True, beside=True)
    shown = shown_card(stages.stage(run.stage))
    answer = make_response(render_template("importing/_stage_card.html", **shown, strip=_strip(), beside=True))
    answer.headers.update({"HX-Retarget": f"closest #stage-{run.stage}", "HX-Reswap": "outerHTML"})
    if not run.is_live and (shown["card"].stage.shows_records or (run.purpose == "read" and shown["card"].lock)):
        answer.headers["HX-Refresh"] = "true"  # the mapping, or what was read, can be shown only now
    return answer


@bp.get("/chip")
def chip():
    """The chip by itself; nothing once no import is live, so that it goes away."""
    live = live_import()
    return render_template("importing/_chip.html", live=live) if live else ""


@bp.post("/<key>/import")
def start(key):
    stage, purpose = _stage(key), request.form.get("purpose", "import")
    if purpose not in PURPOSES:
        abort(400)
    options = {"asks": True} | ({"full": True} if request.form.get("full") else {})
    chosen = _chosen(stage)
    if chosen and connection_of(current_user.account_id):  # what is ticked beside the button holds
        runs.choose(current_user.account_id, stage.key, chosen)
        db.session.commit()
    try:
        run = runs.start(current_user.account_id, stage.key, current_user, purpose, options)
    except runs.Locked as locked:
        return _refused(stage, str(locked))
    except runs.Busy as busy:
        return _refused(stage, f"{busy}. Press it again once that has ended.")
    runs.queue(run)
    return _answer(stages.stage(run.stage))


@bp.post("/<key>/choose")
def choose(key):
    """What a person chose for a stage; anything that is no choice of it is a 400."""
    stage = _stage(key)
    chosen = _chosen(stage) or abort(400)
    if connection_of(current_user.account_id) is None:
        return _refused(stage, "Halo is not connected yet. Connect Halo first.")
    runs.choose(current_user.account_id, stage.key, chosen)
    db.session.commit()
    return _answer(stage, said="Saved.")


def _chosen(stage):
    """{name: choice} of those of a stage that were sent along; anything that is no choice of it is a 400."""
    chosen = {one: request.form[one.name] for one in stage.choices if one.name in request.form}
    if not all(one.accepts(value) for one, value in chosen.items()):
        abort(400)
    return {one.name: value for one, value in chosen.items()}


@bp.post("/notes/whose")
def save_whose():
    """Keep whose notes are read; the card comes back with what that costs, or with what to mend."""
    stage, connection, form = _stage(note_plan.whose.STAGE), connection_of(current_user.account_id), request.form
    if connection is None:
        return _refused(stage, "Halo is not connected yet. Connect Halo first.")
    try:
        note_plan.keep(connection.tenant, form.get("way", ""), form.getlist("types"), form.get("seller", ""),
                       "each" in form)  # fmt: skip
    except note_plan.Wrong as wrong:
        return _refused(stage, str(wrong))
    db.session.commit()
    return _answer(stage)


@bp.post("/runs/<int:run_id>/cancel")
def cancel(run_id):
    run = own_or_404(ImportRun, run_id)
    runs.cancel(run)
    return _answer(stages.stage(run.stage))


@bp.post("/runs/<int:run_id>/reply")
def reply(run_id):
    run = own_or_404(ImportRun, run_id)
    try:
        runs.reply(run, request.form.get("choice"))
    except ValueError as error:
        return _refused(stages.stage(run.stage), str(error))
    return _answer(stages.stage(run.stage))


@bp.post("/runs/<int:run_id>/go-on")
def go_on(run_id):
    run = runs.go_on(own_or_404(ImportRun, run_id))
    return _answer(stages.stage(run.stage))


def shape(run):
    """What of a card depends on the run but stands outside of what polls."""
    if not run.is_live:
        return "ended"
    return "question" if run.question else "cancelling" if run.cancel_wanted else "live"


def _stage(key):
    return stages.BY_KEY.get(key) or abort(404)


def _strip():
    return strip_of(current_user.account_id)


def _is_htmx():
    return bool(request.headers.get("HX-Request"))


def shown_card(stage, error=""):
    """What `_stage_card.html` needs."""
    one = card.card_of(current_user.account_id, stage)
    # exactly one button of the rail is filled: once all is set up, that of Import all
    shown = {"card": one, "error": error, "filled": not (_is_htmx() and orders.is_set_up(current_user.account_id))}
    return shown | (_live(one.live) if one.is_live else {})


def _live(run):
    return {"run": run, "mode": shape(run), "standing": progress.standing(run, request.args.get("pace", ""))}


def _mappings(stage):
    """The forms of its mappings, once there is anything to map."""
    connection = connection_of(current_user.account_id)
    forms = [mapping_form.form_of(connection.tenant, kind) for kind in stage.mappings] if connection else []
    return [form for form in forms if form["lines"]]


def _fragment(stage, error="", said=""):
    shown = shown_card(stage, error) | {"said": said}
    return render_template("importing/_stage_card.html", **shown, strip=_strip(), beside=True)


def _answer(stage, said=""):
    """After something was changed: the card for htmx, the rail for a browser without script."""
    return _fragment(stage, said=said) if _is_htmx() else redirect(url_for("importing.rail"), 303)


def _refused(stage, why):
    db.session.rollback()
    if _is_htmx():
        return _fragment(stage, why), 422
    flash(why, "warning")
    return redirect(url_for("importing.rail"), 303)
