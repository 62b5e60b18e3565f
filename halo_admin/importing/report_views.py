"""An import's page: what happened to every record and why, answers, files, and the history of imports."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from .. import audit
from ..connecting.kinds import KINDS
from ..connecting.strip import strip_of
from ..db import db
from ..web.door import own_or_404
from ..web.files import csv_file
from . import answering, history, report_files, report_lines, report_pages, runs, sentences, stages
from .blueprint import bp
from .models import Decision, ImportRun
from .situation import mapping_revision
from .views import shown_card, table_url


@bp.get("/runs/<int:run_id>")
def run_page(run_id):
    run = own_or_404(ImportRun, run_id)
    asked = report_pages.read(run, request.args)
    live = shown_card(stages.stage(run.stage)) | {"strip": strip_of(run.account_id)} if run.is_live else {}
    return render_template("importing/run.html", following=_following(run), **live | _head(run) | _records(run, asked))


@bp.get("/runs/<int:run_id>/head")
def run_head(run_id):
    """The numbers on top of an import's page, asked for again after an answer."""
    run = own_or_404(ImportRun, run_id)
    # once a live import has ended, all of its page has changed
    headers = {"HX-Refresh": "true"} if "live" in request.args and not run.is_live else {}
    return render_template("importing/_head.html", **_head(run)), headers


@bp.get("/runs/<int:run_id>/decisions.csv")
def decisions_csv(run_id):
    run = own_or_404(ImportRun, run_id)
    said = f"Downloaded what happened in {sentences.title(run)}"
    audit.note_now("download", said, account_id=run.account_id)
    db.session.refresh(run)  # the file is made once the session has ended
    rows = report_files.rows(run, report_pages.read(run, request.args))
    return csv_file(run.stage, rows, at=f"{run.started_at:%Y-%m-%d-%H%M}")


@bp.post("/decisions/<int:decision_id>/answer")
def answer(decision_id):
    """One answer. The record comes back in its new state, or as it is with a message beside it (422)."""
    decision = own_or_404(Decision, decision_id)
    run_id = decision.run_id
    do, ours_id = _answer(request.form)
    try:
        answering.answer(decision, do, ours_id, current_user)
    except answering.Refused as error:
        db.session.rollback()
        return _refused(decision_id, f"{do}-{ours_id}" if ours_id else do, str(error)), 422
    if request.headers.get("HX-Request"):
        return _row(decision_id, answered=True, beside=True), _happened(do, ours_id)
    flash("Answered.", "success")
    return redirect(url_for("importing.run_page", run_id=run_id, _anchor=f"decision-{decision_id}"), 303)


@bp.get("/decisions/<int:decision_id>")
def decision(decision_id):
    """One record as it stands now: asked for when a company that it offers has been linked meanwhile."""
    return _row(decision_id)


@bp.get("/runs", endpoint="history")
def history_page():
    asked = history.read(request.args)
    found, after = history.page(current_user.account_id, asked)
    return render_template(
        "importing/history.html", asked=asked, runs=found, after=after, title_of=sentences.title,
        stages=[("", "All stages"), *((stage.key, stage.title) for stage in stages.STAGES)],
        people=[("", "Everybody"), *history.people(current_user.account_id)],
    )  # fmt: skip


def _answer(form):
    """(do, ours_id): the page's radio rows send both in one value, "link-214"."""
    do, _, ours_id = form.get("do", "").partition("-")
    ours_id = form.get("ours_id", ours_id)
    return do, int(ours_id) if ours_id.isdecimal() and len(ours_id) < 20 else None


def _happened(do, ours_id):
    """The events of an answer: numbers are asked for anew, and so are other records that offer the same company."""
    return {"HX-Trigger": "answered"} | ({"HX-Trigger-After-Settle": f"linked-{ours_id}"} if do == "link" else {})


def _row(decision_id, beside=False, **more):
    """A record; beside it, once it has been answered, the tabs and reasons with their new counts."""
    decision = own_or_404(Decision, decision_id)
    run = own_or_404(ImportRun, decision.run_id)
    (line,) = report_lines.lines(run, [decision])
    asked = report_pages.read(run, request.values)
    more |= {"run": run, "line": line, "asked": asked, "to": _to(run)}
    row = render_template("importing/_decision_row.html", **more)
    return row + _numbers(more | {"reasons": _reasons(run, asked)}) if beside else row


def _numbers(shown):
    parts = ("importing/_tabs.html", "importing/_reasons.html")
    return "".join(render_template(part, **shown, beside=True) for part in parts)


def _to(run):
    """to(tab, why) is the address of a tab, or of one reason of it."""
    return lambda tab, why="": url_for(
        "importing.run_page", run_id=run.id, action=tab, why=why or None, _anchor="what-happened"
    )


def _reasons(run, asked):
    """[(reason, what it means, whether the mapping is where to change it, another button that leads there)]."""
    stage = stages.stage(run.stage)
    return [(one, *sentences.explain(run, one.why), stage.way_out(one.why))
            for one in report_pages.reasons(run, asked.tab)]  # fmt: skip


def _refused(decision_id, chosen, message):
    refused = {"chosen": chosen, "message": message}
    if request.headers.get("HX-Request"):
        return _row(decision_id, answered=True, **refused)
    decision = own_or_404(Decision, decision_id)
    run = own_or_404(ImportRun, decision.run_id)
    shown = _records(run, report_pages.read(run, {"action": "review"})) | {"refused": refused | {"id": decision_id}}
    return render_template("importing/run.html", following=_following(run), **_head(run), **shown)


def _head(run):
    before = history.before(run)
    return {
        "run": run, "title": sentences.title(run), "sentence": sentences.sentence(run, before),
        "nothing_new": sentences.nothing_new(run), "can_go_on": runs.can_go_on(run),
        "touched": sentences.touched(run), "lists": sentences.lists_touched(run),
        "questions": report_pages.open_questions(run),
    }  # fmt: skip


def _records(run, asked):
    page = report_pages.page(run, asked)
    return {
        "asked": asked, "types_used": _types_used(run), "lines": report_lines.lines(run, page.rows),
        "reasons": _reasons(run, asked), "to": _to(run),
        "after": page.after and ".".join(map(str, page.after)), "overtaken": history.overtaken(run),
    }  # fmt: skip


def _types_used(run):
    """Types and their meanings; None where the mapping is another one by now. Empty before anything was compared."""
    if "comparing" not in run.progress or not stages.stage(run.stage).mapping:
        return []
    if run.mapping_revision != mapping_revision(run.tenant_id, run.stage):
        return None
    return report_pages.types_used(run)


def _following(run):
    """The next thing to do: (label, address)."""
    later = stages.STAGES[stages.STAGES.index(stages.stage(run.stage)) + 1 :]
    if run.stage == "users":
        return "Choose users", url_for("importing.users")
    if run.purpose == "read" and stages.stage(run.stage).mapping:
        return f"Map {KINDS[stages.stage(run.stage).mapping].words.value}s", url_for(
            "connecting.mapping_page", key=run.stage
        )
    if later:
        go = "Go on to" if runs.lock(run.account_id, later[0]) else "Import"  # its page tells what opens the lock
        return f"{go} {later[0].title.lower()}", url_for("importing.stage_page", key=later[0].key)
    return f"See the {'contacts' if run.stage == 'notes' else run.stage}", table_url(stages.stage(run.stage))
