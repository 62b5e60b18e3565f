"""/files: CSV files that people upload, from choosing the columns to what became of every line."""

import structlog
from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from .. import audit, heartbeats
from ..db import begin_write, db, now
from ..web.door import own, own_or_404
from ..web.files import csv_file
from . import encodings, load_words, loading, naming, odd_out, refused_out, sheets, uploads
from .blueprint import bp
from .load_models import ALL, EMPTY, GAPS, KEEP, FileLoad
from .tables import LARGEST_ID

ONE = f"/files/<int(max={LARGEST_ID}):file_id>"
KINDS = ("companies", "contacts")  # lists come by the command line alone
ROWS = 50

log = structlog.get_logger()


@bp.get("/files")
def files():
    """The files that were loaded, newest first."""
    before = naming.number(request.args.get("before", ""))
    found = own(FileLoad) if before is None else own(FileLoad).where(FileLoad.id < before)
    rows = db.session.scalars(found.order_by(FileLoad.id.desc()).limit(ROWS + 1)).all()
    older = rows[ROWS - 1].id if len(rows) > ROWS else None
    return render_template("crm/files.html", files=rows[:ROWS], older=older, first=before is None, words=load_words)


@bp.get("/files/new")
def new_file():
    return _upload_page(request.args.get("kind", ""))


@bp.post("/files/new")
def upload_file():
    """Keep the file and look at it; nothing of it is loaded before its columns are confirmed."""
    kind, sent = request.form.get("kind", ""), request.files.get("file")
    if kind not in KINDS:
        return _upload_page(kind, {"kind": "Say what the lines of the file are."}), 422
    if not sent or not sent.filename:
        return _upload_page(kind, {"file": "Choose a file."}), 422
    try:
        one = loading.look_at(kind, current_user.account_id, current_user, _tidy(sent.filename), sent.stream)
    except (sheets.Unreadable, uploads.TooLarge) as error:
        return _upload_page(kind, {"file": str(error)}), 422
    loading.keep(one)
    return _to(one)


@bp.get(ONE)
def one_file(file_id):
    return _page(own_or_404(FileLoad, file_id))


@bp.get(f"{ONE}/progress")
def file_progress(file_id):
    """How a live one stands; once it has come to its end the whole page is another one."""
    load = own_or_404(FileLoad, file_id)
    if not load.is_live:
        return "", 200, {"HX-Redirect": url_for("crm.one_file", file_id=file_id)}
    return render_template("crm/_file_progress.html", **_progress(load))


@bp.post(f"{ONE}/columns")
def compare_file(file_id):
    """Read the file anew in another encoding, or work out what it would do with these columns."""
    load = own_or_404(FileLoad, file_id)
    if load.state not in ("mapping", "checked"):
        return _to(load)
    if "again" in request.form:
        return _read_again(load)
    columns, errors = load_words.chosen(load, request.form)
    if errors:
        return _mapping(load, columns, errors), 422
    blanks = EMPTY if request.form.get("blanks") == EMPTY else KEEP
    loading.start_comparing(load, {field: number for number, field in columns.items() if field}, blanks)
    return _to(load)


@bp.post(f"{ONE}/save")
def save_file(file_id):
    load = own_or_404(FileLoad, file_id)
    if load.state == "checked":
        loading.start_saving(load, GAPS if request.form.get("takes") == GAPS else ALL)
    return _to(load)


@bp.post(f"{ONE}/cancel")
def cancel_file(file_id):
    load = own_or_404(FileLoad, file_id)
    nothing_in = load.state != "loading"
    loading.cancel(load)
    if load.state == "cancelled":
        flash("Cancelled. Nothing was saved." if nothing_in else "Cancelled. What is in stays.", "success")
    return redirect(url_for("crm.files"), 303) if nothing_in else _to(load)


@bp.get(f"{ONE}/refused.csv")
def refused_lines(file_id):
    """The lines that could not be taken, each with the reason: to be mended and loaded."""
    load = own_or_404(FileLoad, file_id)
    said = f"Downloaded the refused lines of the file {load.name}"
    audit.note_now("download", said, account_id=load.account_id)
    db.session.refresh(load)  # the file is made once the session has ended
    return csv_file("refused", refused_out.text(load))


@bp.get(f"{ONE}/kept-as-typed.csv")
def odd_values(file_id):
    """What is no e-mail, phone number or website, with its lines, as long as nothing is saved."""
    load = own_or_404(FileLoad, file_id)
    audit.note_now("download", f"Downloaded what is kept as typed of the file {load.name}", account_id=load.account_id)
    db.session.refresh(load)
    return csv_file("kept-as-typed", odd_out.text(load))


def _tidy(name):
    """A file's name as sentences tell it: of another machine's folders nothing stays."""
    return "".join(one for one in name.replace("\\", "/").rpartition("/")[2] if one.isprintable()).strip() or "A file"


def _to(load):
    return redirect(url_for("crm.one_file", file_id=load.id), 303)


def _upload_page(kind, errors=None):
    db.session.rollback()
    kind = kind if kind in KINDS else ""
    return render_template("crm/new_file.html", kind=kind, errors=errors or {}, most=uploads.MOST_BYTES)


def _read_again(load):
    encoding, delimiter = request.form.get("encoding", ""), request.form.get("delimiter", "")
    if encoding not in encodings.OFFERED or delimiter not in sheets.DELIMITERS:
        abort(400)
    try:
        seen = loading.look(load, encoding, delimiter)
    except (sheets.Unreadable, OSError) as error:
        return _mapping(load, errors={"encoding": str(error)}), 422
    begin_write()
    loading.take_over(load, seen)
    load.state = "mapping"
    db.session.commit()
    return _to(load)


def _page(load):
    if load.state == "mapping" or (load.state == "checked" and "columns" in request.args):
        return _mapping(load)
    shown = _progress(load) if load.is_live else {}
    return render_template("crm/file.html", **load_words.page(load) | shown)


def _progress(load):
    waits = not heartbeats.living(loading.load_legs.queue_of(load))
    return {"load": load, "standing": load_words.standing(load, now()), "nobody_works": waits}


def _mapping(load, columns=None, errors=None):
    columns = columns or {number: field for field, number in load.columns.items()}
    shown = {"encodings": load_words.encodings_for(load), "delimiters": sheets.DELIMITERS, "keep": KEEP, "empty": EMPTY}
    return render_template("crm/file_columns.html", load=load, columns=load_words.columns(load, columns, errors or {}),
                           fields=load_words.fields(load.kind), errors=errors or {}, **shown)  # fmt: skip
