"""The Opportunities table and board, an opportunity's profile and forms, and what is taken over from Halo."""

from flask import flash, redirect, request, url_for
from flask_login import current_user

from ..db import db
from ..web.door import own, own_or_404
from . import assigning, differences, opportunities
from .blueprint import bp
from .choosing import called
from .contact_models import Contact
from .differences import Comparing
from .form_pages import created_page, edit_page, new_page, saved_page
from .models import Company
from .naming import number
from .opportunity_form import OpportunityForm
from .opportunity_models import Opportunity
from .profile import tab
from .profile_views import shown_profile
from .table_pages import columns_saved, file_of, table_page
from .tables import LARGEST_ID, counted

ONE = f"/opportunities/<int(max={LARGEST_ID}):opportunity_id>"
SHOWN = 50  # on a company's or a contact's profile


@bp.get("/opportunities", endpoint="opportunities")
def table():
    asked, choices = _asked(request.args)
    return table_page(opportunities, asked, choices, **_about(asked))


@bp.get("/opportunities/board")
def opportunity_board():
    asked, choices = _asked(request.args)
    about = _about(asked)
    stacks = opportunities.board(current_user.account_id, asked, about["totals"])
    rows = [row for stack in stacks for row in stack.rows]
    shown = {"stacks": stacks, "is_board": True} | opportunities.beside(current_user.account_id, rows) | about
    return table_page(opportunities, asked, choices, page_endpoint="crm.opportunity_board", **shown)


@bp.get("/opportunities.csv")
def opportunities_file():
    return file_of(opportunities, _asked(request.args)[0])


@bp.post("/opportunities/columns")
def choose_opportunity_columns():
    return columns_saved(opportunities, _asked(request.form)[0])


@bp.post("/opportunities/assign")
def assign_opportunities():
    """Give those without a salesperson to the one that their Halo agent is here by now."""
    given = assigning.assign(current_user.account_id, current_user)
    db.session.commit()
    flash(f"{counted(given)} {'opportunity was' if given == 1 else 'opportunities were'} assigned.", "success")
    return redirect(url_for("crm.opportunities"), 303)


def _asked(args):
    """What an address or a form asks the table for, and what its filters may have."""
    company, contact = (_named(model, args.get(name)) for name, model in (("company", Company), ("contact", Contact)))
    choices = opportunities.choices(current_user.account_id, company, contact)
    return opportunities.read(args, choices), choices


def _named(model, text):
    record_id = number(text or "")
    return db.session.scalar(own(model).where(model.id == record_id)) if record_id else None


def _about(asked):
    """What stands above the table and the board."""
    account_id = current_user.account_id
    return {
        "totals": opportunities.totals(account_id, asked), "differing": Comparing(account_id).count(),
        "assignable": assigning.assignable(account_id),
    }  # fmt: skip


@bp.get(ONE)
def opportunity(opportunity_id):
    record = own_or_404(Opportunity, opportunity_id)
    return shown_profile("opportunity", record, request.args, differs=Comparing(record.account_id).of(record))


@bp.get("/opportunities/new")
def new_opportunity():
    company, contact = (
        _named(model, request.args.get(name)) for name, model in (("company", Company), ("contact", Contact))
    )
    company = company or (contact and contact.company)
    given = {"company_id": called(company)} | ({"contact_id": str(contact.id)} if contact else {})
    form = OpportunityForm(current_user.account_id, company and company.id)
    if contact:
        form.options["contact_id"].setdefault(str(contact.id), contact.name)
    return new_page("opportunity", Opportunity, form, given, company=company)


@bp.post("/opportunities/new")
def create_opportunity():
    company = _named(Company, request.args.get("company"))
    form = OpportunityForm(current_user.account_id, company and company.id)
    return created_page("opportunity", Opportunity, form, lambda account, row: [], company=company)


@bp.get(f"{ONE}/edit")
def edit_opportunity(opportunity_id):
    record = own_or_404(Opportunity, opportunity_id)
    return edit_page("opportunity", record, OpportunityForm(record.account_id, record.company_id))


@bp.post(f"{ONE}/edit")
def save_opportunity(opportunity_id):
    record = db.session.scalar(own(Opportunity).where(Opportunity.id == opportunity_id))
    form = OpportunityForm(current_user.account_id, record and record.company_id)
    return saved_page("opportunity", Opportunity, opportunity_id, form)


@bp.post(f"{ONE}/take")
def take_from_halo(opportunity_id):
    """Take what Halo holds of one field, or keep ours: the button says which."""
    record = own_or_404(Opportunity, opportunity_id)
    record = db.session.scalar(own(Opportunity).where(Opportunity.id == record.id).with_for_update())
    take, field = "keep" not in request.form, request.form.get("take") or request.form.get("keep", "")
    try:
        about = differences.settle(record, field, take, request.form.get("version", ""), current_user)
    except differences.Stale as why:
        db.session.rollback()
        flash(str(why), "warning")
    else:
        db.session.commit()
        told = f"is {about.theirs} now, as in Halo" if take else f"stays; Halo has {about.theirs}"
        flash(f"{record.name}: {about.label.lower()} {told}.", "success")
    to_board = request.form.get("back") == "board"
    address = (
        url_for("crm.opportunity_board") if to_board else url_for("crm.opportunity", opportunity_id=opportunity_id)
    )
    return redirect(address, 303)


@bp.post(f"{ONE}/move")
def move_opportunity(opportunity_id):
    """Give it another status, from its card on the board."""
    own_or_404(Opportunity, opportunity_id)
    return saved_page("opportunity", Opportunity, opportunity_id, OpportunityForm(current_user.account_id),
                      back=url_for("crm.opportunity_board"))  # fmt: skip


@tab("company", "opportunities", "Opportunities", "crm/_its_opportunities.html")
@tab("contact", "opportunities", "Opportunities", "crm/_its_opportunities.html")
def opportunities_of(record, _args):
    noun = "company" if isinstance(record, Company) else "contact"
    asked = opportunities.Asked(**{noun: str(record.id)}, sort="newest")
    found = opportunities.find(record.account_id, asked)
    rows = found.page.rows[:SHOWN]
    shown = {"rows": rows, "total": counted(found.total, found.more), "filter": {noun: record.id}}
    shown |= {"totals": opportunities.totals(record.account_id, asked)}
    return shown | opportunities.beside(record.account_id, rows)
