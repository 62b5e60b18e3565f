"""Halo's contacts (their word: users) become contacts: matched by e-mail, with their company, on its type's list."""

from functools import partial
from typing import NamedTuple

from ... import normal, records
from ...crm import lacks, lists
from ...crm.contact_models import Contact
from ...crm.models import LIST
from ...halo import contacts as halo
from ..stage import Choice, Fail, Reading, Skip, Stage
from . import opting_out, surroundings

NO_PERSON = {
    "general user": "it is the General User that Halo keeps for each site, nobody in particular",
    "service account": "it is a service account, no person",
    "agent": "it is a Halo agent's own user: one of your staff",
}
WITHOUT_EMAIL = "without_email"  # the stage's choice: "import", or nothing: they stay out


class Beside(NamedTuple):
    """How contacts here stand to lists; purposes are {company id: that of the list for its contacts} of theirs."""

    held: lists.Held
    purposes: dict[int | None, str]


class Contacts(Stage):
    key, title, noun, their_noun, kind = "contacts", "Contacts", "contact", "Halo contact", "user"
    model = Contact
    after = ("companies",)
    readings = (Reading("user", halo.CONTACTS, records.Contact, "contact"),)
    keys = ("email",)
    looks_at = ("company_id",)
    is_one_per_key = saves_at_once = True
    fields = ("first_name", "last_name", "email", "phone", "mobile", "title", "company_id", "unsubscribed")
    only_set = ("unsubscribed",)
    inherits = opting_out.FLAGS
    beside = {"lists": "Lists"}
    choices = (
        Choice(
            WITHOUT_EMAIL,
            "Contacts without an e-mail",
            (("", "Leave them out"), ("import", "Bring them in")),
            told="Or with one that is no address. Those whose company is left out stay out either way.",
        ),
    )
    reasons = (
        ("it has no usable e-mail", "Bring them in by the stage's choice, or give them an e-mail in Halo.", False),
        ("is not imported", "The mapping of the companies leaves this type out.", False),
        ("is not mapped yet", "Nobody has said yet what this type means here.", False),
        ("its company was", "The company was left out by a person. Contacts here stay as they are.", False),
        (
            "its company is never",
            "The company was left out by a person. Contacts that are here stay as they are.",
            False,
        ),
        ("its company waits", "Answer for the company, then import the contacts again.", False),
        ("its company has not been", "Import the companies, then the contacts again.", False),
        ("its company did not come in", "The import of the companies tells why of this company.", False),
        ("its company is inactive", "Inactive companies are not created here.", False),
        ("left out, but for", "Who must get no mail in Halo gets none here, whatever else keeps them out.", False),
        ("which leads", "Halo has it several times. The lowest number supplies the values.", False),
        ("which has not come in", "It follows once the one it is the same as is here.", False),
        ("General User", "Halo keeps one for each site. It is nobody in particular.", False),
        ("a service account", "No person reads its mail.", False),
        ("agent's own user", "Your own staff are no contacts.", False),
    )
    tells = ("email", "phone", "title")
    forms = Contact.FORMS

    def listed(self, kind, record):
        has_company = record.client_id != surroundings.UNKNOWN_CLIENT and not record.is_prospect
        return {
            "label": record.name or record.email,
            "active": record.active,
            "parent_id": record.client_id if has_company else None,
            "type_key": record.no_person,
        }

    def compose(self, listed, detail, around):
        names = ("email", "phone", "mobile", "title", "unsubscribed")
        values = {name: getattr(listed, name) for name in names}
        values["first_name"], values["last_name"] = _names(listed)
        if listed.client_id is None and listed.site_id is not None and not listed.is_prospect:
            values["site_id"] = listed.site_id  # a user has a client only through its site (halo-api.md 3.3)
        return values

    def keyed(self, values, country):
        name = " ".join(filter(None, (values["first_name"], values["last_name"])))
        return {"email_key": normal.email_key(values["email"]), "name_key": normal.name_key(name)}

    def never(self, row):
        if row.type_key:
            raise Skip(NO_PERSON[row.type_key])

    def look_up(self, situation, rows):
        return surroundings.of(situation, rows)

    def look_over(self, situation, rows):
        return surroundings.of_late(situation, rows)

    def theirs(self, row, situation):
        if row.found.left_out:
            stays = "; the contact here stays as it is" if row.ours_id else ""
            raise Skip(row.found.left_out.sentence + stays, row.found.left_out.why)
        if not row.active and row.ours_id is None:
            raise Skip("it is inactive in Halo")
        if row.email_key is None and row.ours_id is None:
            self._without_email(row, situation)
        values = {field: row.values[field] for field in self.fields if field in row.values}
        return values | {"company_id": row.found.company_id, "unsubscribed": opting_out.must_get_no_mail(row)}

    def sets_although_out(self, row):
        is_here = row.gone_at is None and row.values
        return {"unsubscribed": True} if is_here and opting_out.must_get_no_mail(row) else {}

    def heed_left_out(self, situation, decisions, rows):
        opting_out.by_email(situation, decisions, rows)

    def _without_email(self, row, situation):
        if situation.choices.get(WITHOUT_EMAIL) != "import":
            told = row.values["email"]
            raise Skip(f"its e-mail, {told}, is no address" if told else "it has no e-mail", "it has no usable e-mail")
        if not any(row.values[name] for name in ("first_name", "last_name")):
            raise Fail("Halo sends no name for it, and no e-mail")

    def concerned(self, choice, tenant_id, chosen):
        return surroundings.count_without_email(tenant_id)

    def inherited(self, situation, rows):
        return opting_out.inherited(situation.run.account_id, rows)

    def becomes_another(self, row, ours):
        return row.email_key is not None and row.email_key != normal.email_key(ours["email"])

    def pass_on(self, situation, heirs):
        lists.keep_off_like(situation.run.account_id, heirs)

    def load_beside(self, situation, rows, ours):
        stood_for = {row.stood_for_id for row in rows} - {None}
        held = lists.held(situation.run.account_id, [*ours, *stood_for])
        return Beside(held, surroundings.purposes(situation, [one["company_id"] for one in ours.values()]))

    def change_beside(self, row, ours_id, loaded, values):
        company_id = values["company_id"]
        purpose = row.found.purpose if company_id == row.found.company_id else loaded.purposes[company_id]
        return _move(loaded.held, ours_id, purpose, row.stood_for_id)

    def complete(self, situation, rows):
        account_id, alike = situation.run.account_id, surroundings.by_purpose(situation, rows)
        moves, leaving, joining = [({}, alike.pop(surroundings.FOLLOWING, []))], {}, {}
        held = lists.held(account_id, [row.ours_id for made in alike.values() for row in made])
        for purpose, made in alike.items():
            known = [row for row in made if held.knows(row.ours_id, purpose)]
            others = [row for row in made if not held.knows(row.ours_id, purpose)] if known else made
            moves += [(_move(held, None, purpose), others)] if others else []
            moves += [(_move(held, row.ours_id, purpose), [row]) for row in known]
        for move, made in moves:
            _sort(move, [row.ours_id for row in made], leaving, joining)
        self._move(situation, leaving, joining)
        return moves

    def carry_out_beside(self, situation, changed, made=()):
        leaving, joining = {}, {}
        for ours_id, changes in changed:
            _sort(changes, [ours_id], leaving, joining)
        self._move(situation, leaving, joining, made)

    def _move(self, situation, leaving, joining, made=()):
        if leaving or joining:
            names = partial(surroundings.list_names, situation.run.account_id)
            lists.move(situation.run.account_id, situation.run.id, leaving, joining, names, made)
        else:
            self.leave_beside(situation, made)

    def leave_beside(self, situation, made):
        lacks.begin(Contact, situation.run.account_id, made, LIST)

    def check(self, situation, ours_ids):
        return opting_out.opted_out(situation.run.account_id, ours_ids)

    def tell_check(self, run, before, after):
        opting_out.count(run, loosened=before - after, added=after - before)

    def marks_of(self):
        return ("inactive_in_halo",)

    def tell_mark(self, name, value):
        return "is inactive in Halo now" if value else "is active in Halo again"

    def marks(self, row):
        return {"inactive_in_halo": not row.active}


def _move(held, ours_id, purpose, stood_for_id=None):
    """What an import changes so that a contact is on the list for `purpose`: nothing, or {"lists": [before, after]}."""
    leaves, joins = held.moves(ours_id, purpose)
    joins = joins and not held.is_off(stood_for_id, purpose)
    if not leaves and not joins:
        return {}
    return {"lists": [";".join(leaves) or None, purpose if joins else None]}


def _sort(changes, ours_ids, leaving, joining):
    """Add contacts to {purpose: ids} of those that leave its list and those that join it, by what _move() says."""
    before, after = changes.get("lists", (None, None))
    for purpose in before.split(";") if before else ():
        leaving.setdefault(purpose, []).extend(ours_ids)
    if after:
        joining.setdefault(after, []).extend(ours_ids)


def _names(listed):
    """(first name, last name): some users have nothing but the full name, "Sam Poole" or "Poole, Sam"."""
    if listed.first_name or listed.last_name or not listed.name:
        return listed.first_name, listed.last_name
    last, comma, first = listed.name.partition(",")
    if not comma:
        first, _, last = listed.name.partition(" ")
    return first.strip() or None, last.strip() or None
