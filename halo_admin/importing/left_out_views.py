"""What people left out, each to be brought back; and the offer never to import the MSP's own company."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from .. import audit
from ..crm import files_out
from ..crm.naming import number
from ..db import db
from ..mirror import tombstones
from ..mirror.links import current_tenant_id
from ..mirror.models import HaloRecord
from ..mirror.tombstones import NotNow
from ..web import words
from ..web.door import own_or_404
from ..web.files import csv_file
from . import left_out, left_out_rows, own_company, stages
from .blueprint import bp

COLUMNS = ("Kind", "Halo id", "Halo", "GlassHive id", "Here it was", "Why", "When (UTC)")
BY_KIND = {stage.kind: stage for stage in stages.STAGES}


@bp.context_processor
def _telling():
    return {"is_left_out_why": left_out.is_told_by, "own_company_offered": _own_company}


def _own_company():
    return own_company.offered(current_user.account_id)


@bp.get("/left-out", endpoint="left_out")
def left_out_page():
    kind, after = _asked(request.args)
    tenant_id = current_tenant_id(current_user.account_id)
    page = left_out_rows.page(tenant_id, kind, after) if tenant_id else left_out_rows.Page([], None)
    kinds = [("", "All"), *((stage.kind, stage.title) for stage in stages.STAGES)]
    return render_template(
        "importing/left_out.html", page=page, kind=kind, kinds=kinds, stage_by_kind=BY_KIND, is_first=not after,
        told=_told, at=_at, here=left_out_rows.still_here(current_user.account_id, page.rows),
    )  # fmt: skip


@bp.get("/left-out.csv")
def left_out_file():
    """What is left out, of one kind or of all, as a CSV file."""
    account_id = current_user.account_id
    kind, tenant_id = _asked(request.args)[0], current_tenant_id(account_id)
    audit.note_now("download", "Downloaded what people left out", account_id=account_id)
    return csv_file("left-out", _pieces(account_id, tenant_id, kind))


def _pieces(account_id, tenant_id, kind):
    yield files_out.MARK + files_out.lines([COLUMNS])
    for rows in left_out_rows.every(tenant_id, kind) if tenant_id else ():
        here = left_out_rows.still_here(account_id, rows)
        yield files_out.lines(_cells(row, row.id in here) for row in rows)


def _cells(row, is_here):
    halo_id = row.halo_id if row.halo_id > 0 else None
    ours_id, name = (row.answer["ours_id"] if is_here else None), row.answer.get("name")
    return (BY_KIND[row.kind].halo_noun, halo_id, row.label, ours_id, name, words.capital(_told(row)),
            f"{_at(row):%Y-%m-%d %H:%M:%S}")  # fmt: skip


def _asked(args):
    kind = args.get("kind", "")
    return kind if kind in BY_KIND else "", number(args.get("after", "")) or 0


def _told(row):
    """ "deleted here by Ann on 3 May"."""
    return tombstones.sentence(row.answer, words.day(_at(row)))


def _at(row):
    return datetime.fromisoformat(row.answer["at"])


@bp.post("/left-out")
def bring_back():
    row = own_or_404(HaloRecord, number(request.form.get("record_id", "")) or 0)
    named = f"{BY_KIND[row.kind].halo_noun} {row.halo_id}" if row.kind in BY_KIND else "This record"
    try:
        left_out_rows.bring_back(current_user.account_id, row.id, current_user)
    except NotNow as why:
        db.session.rollback()
        flash(str(why), "warning")
    else:
        db.session.commit()
        flash(f"{named} is not left out any more: the next import decides about it again.", "success")
    return redirect(url_for("importing.left_out", kind=_asked(request.form)[0] or None), 303)


@bp.post("/own-company")
def answer_own_company():
    halo_id = request.form.get("halo_id", "")
    halo_id = int(halo_id) if halo_id.isdecimal() and len(halo_id) < 20 else 0
    try:
        _answer_own_company(halo_id, request.form.get("do"))
    except NotNow as why:
        db.session.rollback()
        flash(str(why), "warning")
    else:
        db.session.commit()
    return redirect(url_for("importing.rail"), 303)


def _answer_own_company(halo_id, do):
    if do == "never":
        own_company.never_import(current_user.account_id, halo_id, current_user)
        flash(f"Imports leave Halo client {halo_id} out from now on.", "success")
    elif do == "client":
        own_company.it_is_a_client(current_user.account_id, halo_id)
        flash(f"Halo client {halo_id} is imported like all others.", "success")
