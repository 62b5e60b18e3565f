"""What a contact's decision hinges on beyond the contact: its company, the list for its type, who leads its e-mail."""

import time
from collections import defaultdict
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ...crm.contact_models import Contact
from ...crm.models import Company
from ...crm.types import type_names
from ...db import among, db, owned_among
from ...mirror import tombstones
from ...mirror.models import NO_EMAIL, HaloRecord
from .. import left_out, postponing
from ..composing import digest_of
from ..models import Decision
from ..situation import Meanings
from ..stage import Found
from . import leading

UNKNOWN_CLIENT = 1  # Halo's own client for callers it cannot place (halo-api.md 2.5) is no company
NO_COMPANY, NO_TYPE = "no company", "no type"
FOLLOWING = "following"  # who follows another one goes on no list for its own sake
OF_UNKNOWN_SITE = "of a site that is not known here"


class LeftOut(msgspec.Struct, frozen=True):
    """Why a contact does not come in: for this one, and as what groups it with others."""

    sentence: str
    why: str


class Standing(msgspec.Struct, frozen=True):
    """What a contact gets from its company: the company here, the purpose of its list; or why it stays out."""

    company_id: int | None = None
    purpose: str = NO_COMPANY
    left_out: LeftOut | None = None

    @property
    def token(self):
        reason = digest_of(self.left_out.sentence.encode())[:12] if self.left_out else ""
        return f"{self.company_id or ''}:{self.purpose}:{reason}"


class Client(NamedTuple):
    """What a contact gets from its company, and all of what is found for one that nothing else counts for."""

    standing: Standing
    usual: Found


class Surroundings(Found):
    company_id: int | None = None
    purpose: str = NO_COMPANY
    left_out: LeftOut | None = None
    others_opted_out: bool = False  # one of those with the same e-mail


NOT_KNOWN = LeftOut("its company is not known here", "its company has not been imported yet")
WITHOUT_CLIENT = {None: Standing(), OF_UNKNOWN_SITE: Standing(left_out=NOT_KNOWN)}
# so many e-mails that several contacts have are looked up at once and kept
AT_ODDS, SHARED = "e-mails whose contacts here are at odds", "e-mails that several contacts have"
SMALL, FEW, TOO_MANY = 1000, 10_000, "too many"
CLIENT = ("id", "halo_id", "ours_id", "outcome", "run_id", "label", "type_key", "active", "error", "gone_at", "answer")
MEMBER = (
    "id", "halo_id", "parent_id", "email_key", "active", "ours_id", "follows_id", "answer", "type_key", "error",
    "outcome", "run_id", "values", "not_same", "last_sweep_id",
)  # fmt: skip
CLIENTS_OF_LATE, SECONDS, MOST = "clients of late", 5, 20_000  # so long and so many are kept


def of(situation, rows, clients=None) -> dict[int, Surroundings]:
    """{mirror id: Surroundings} of a batch of contacts, looked up at once.

    clients: where what contacts get from their clients comes from, _clients_now or _clients_of_late.
    """
    if not rows:
        return {}
    members = _members(situation, rows)
    parents = _parents(situation, [*rows, *members])
    known = (clients or _clients_now)(situation, set(parents.values()))
    usual = {row.id: known[parents[row.id]].usual for row in rows}
    places = _places(situation, members, lambda row: known[parents[row.id]].standing)
    opted_out = {member.email_key for member in members if _opts_out(member)} - {None}
    at_odds = _at_odds(situation, {row.email_key for row in rows} - {None})
    others = _on_lists_of_others(situation, rows, usual)
    special = places.keys() | others.keys()
    if keys := opted_out | at_odds:
        special |= {row.id for row in rows if row.email_key in keys}
    return usual | {
        row.id: _surroundings(known[parents[row.id]].standing, places.get(row.id), row.ours_id,
                              row.email_key in opted_out, others.get(row.id, ""),
                              f"h{situation.run.id}" if row.email_key in at_odds else "")
        for row in rows if row.id in special
    }  # fmt: skip


def of_late(situation, rows) -> dict[int, Surroundings]:
    """The same, and quicker: what contacts get from their clients may be some seconds old, so that it tells whether a
    decision is to be made anew, and makes none.
    """
    plain, others = _by_what_counts(situation, rows)
    return {row.id: usual for row, usual in plain} | of(situation, others, _clients_of_late)


def by_purpose(situation, rows) -> dict[str, list]:
    """{purpose of the list, or FOLLOWING: those of the rows that stand}; all were saved before all was read."""
    plain, others = _by_what_counts(situation, rows)
    found, alike = of(situation, others, _clients_of_late), defaultdict(list)
    for row, its_own in (*plain, *((row, found[row.id]) for row in others)):
        if situation.stands(row, its_own):
            alike[FOLLOWING if its_own.leader else its_own.purpose].append(row)
    return alike


def _by_what_counts(situation, rows):
    """([(row, what is found for it)] of those for which nothing counts but their client, the others)."""
    clients = _clients_of_late(situation, {row.parent_id for row in rows})
    keys = {row.email_key for row in rows} - {None}
    shared = _shared(situation, keys) | _at_odds(situation, keys)
    plain, others = [], []
    for row in rows:
        usual = clients[row.parent_id].usual
        if _is_elsewhere(row, usual) or row.parent_id is None or row.email_key in shared or row.follows_id:
            others.append(row)
        else:
            plain.append((row, usual))
    return plain, others


def _surroundings(standing, place=None, own_id=None, others_opted_out=False, others_purpose="", at_odds=""):
    leader, ours_id, is_alone = place or (None, None, False)
    takes = ours_id if leader is None and own_id is None else None
    marks = "".join(("o" if others_opted_out else "", "a" if is_alone else "", at_odds, others_purpose))
    token = f"{standing.token}:{leader.halo_id if leader else ''}:{marks}"
    return Surroundings(token, leader, takes, is_alone, standing.company_id, standing.purpose, standing.left_out,
                        others_opted_out)  # fmt: skip


def _opts_out(member):
    return bool(member.values and member.values.get("unsubscribed"))


def _here(situation, kind):
    return (HaloRecord.tenant_id == situation.run.tenant_id, HaloRecord.kind == kind)


def _members(situation, rows):
    """Every contact of Halo's that has an e-mail in common with another one, of those e-mails that rows have; and those
    of the rows that follow another one and have no e-mail any more.
    """
    shared = _shared(situation, {row.email_key for row in rows} - {None})
    shared |= {row.email_key for row in rows if row.follows_id} - {None}
    strays = [row.id for row in rows if row.follows_id and row.email_key is None]
    found = []
    for column, wanted in ((HaloRecord.email_key, shared), (HaloRecord.id, strays)):
        if wanted:
            chosen = sa.select(*(getattr(HaloRecord, name) for name in MEMBER))
            here = (*_here(situation, "user"), *_persons(), among(column, list(wanted)))
            found += db.session.execute(chosen.where(*here))
    # one that cannot be read keeps its place, and takes none
    return [member for member in found if member.error is None or member.ours_id is not None]


def _persons():
    return HaloRecord.gone_at.is_(None), HaloRecord.type_key.is_(None)


def _shared(situation, keys):
    """Those of these e-mails that several of Halo's contacts have, gone ones among them."""
    return _of_those(situation, SHARED, keys, lambda some: _several(HaloRecord, some, *_here(situation, "user")))


def _at_odds(situation, keys):
    """Those of these e-mails that contacts here have of whom some get mail and some do not: what Halo says of one
    counts for all, so that its record is decided about in every import, as long as it is so.
    """

    def differing(some):
        mine = Contact.account_id == situation.run.account_id
        several = _several(Contact, some, mine)
        differ = sa.select(Contact.email_key).where(mine, Contact.email_key.in_(several)).group_by(Contact.email_key)
        return differ.having(sa.func.count(Contact.unsubscribed.distinct()) > 1)

    return _of_those(situation, AT_ODDS, keys, differing)


def _several(model, keys, *here):
    """A select of the e-mails, of these or of all (None), that several rows have."""
    some = among(model.email_key, list(keys)) if keys is not None else model.email_key.is_not(None)
    return sa.select(model.email_key).where(some, *here).group_by(model.email_key).having(sa.func.count() > 1)


def _of_those(situation, name, keys, choose):
    """Those of these e-mails that choose(them) selects, or choose(None) among all. Whoever has asked for SMALL of them
    has all before them from then on, where these are few.
    """
    kept, asked = situation.kept, situation.kept.get(name, 0)
    if isinstance(asked, int) and asked + len(keys) <= SMALL:
        kept[name] = asked + len(keys)
    elif isinstance(asked, int):
        few = db.session.scalars(choose(None).limit(FEW + 1)).all()
        kept[name] = set(few) if len(few) <= FEW else TOO_MANY
    if isinstance(kept[name], set):
        return kept[name].intersection(keys)
    return set(db.session.scalars(choose(keys))) if keys else set()


def _parents(situation, rows):
    """{mirror id: the Halo client it belongs to, None, or OF_UNKNOWN_SITE}; a row that names none has its site's."""
    parents = {row.id: row.parent_id for row in rows}
    ids = [key for key, parent in parents.items() if parent is None]
    if not ids:
        return parents
    values = db.session.execute(sa.select(HaloRecord.id, HaloRecord.values).where(among(HaloRecord.id, ids)))
    sites = {row.id: row.values["site_id"] for row in values if row.values and "site_id" in row.values}
    if sites:
        chosen = sa.select(HaloRecord.halo_id, HaloRecord.parent_id)
        here = (*_here(situation, "site"), among(HaloRecord.halo_id, list(set(sites.values()))))
        clients = dict(map(tuple, db.session.execute(chosen.where(*here))))
        of_sites = {key: clients.get(site_id) or OF_UNKNOWN_SITE for key, site_id in sites.items()}
        parents |= {key: None if client == UNKNOWN_CLIENT else client for key, client in of_sites.items()}
    return parents


def _clients_now(situation, client_ids):
    """{client id: Client}, None and OF_UNKNOWN_SITE among them."""
    standings = WITHOUT_CLIENT | _standings(situation, client_ids - WITHOUT_CLIENT.keys())
    return {client_id: Client(standing, _surroundings(standing)) for client_id, standing in standings.items()}


def _clients_of_late(situation, client_ids):
    until, known = situation.kept.get(CLIENTS_OF_LATE, (0, {}))
    if time.monotonic() >= until or len(known) > MOST:
        until, known = time.monotonic() + SECONDS, {}
    known |= _clients_now(situation, client_ids - known.keys())
    situation.kept[CLIENTS_OF_LATE] = until, known
    return known


def _standings(situation, client_ids):
    if not client_ids:
        return {}
    chosen = sa.select(*(getattr(HaloRecord, name) for name in CLIENT))
    found = db.session.execute(
        chosen.where(*_here(situation, "client"), among(HaloRecord.halo_id, list(client_ids)))
    ).all()
    clients = {client.halo_id: client for client in found}
    types = _types(situation, [client.ours_id for client in found if client.ours_id])
    known = (types, Meanings(situation.run.tenant_id, "company_type"), _reasons(found))
    return {halo_id: _standing(situation, halo_id, clients.get(halo_id), *known) for halo_id in client_ids}


def _reasons(clients):
    """{mirror id: why the last import of the companies could not take the client in} of those of which it said so."""
    out = {client.id: client.run_id for client in clients if client.outcome in ("failed", "skipped")}
    told = sa.select(Decision.record_id, Decision.run_id, Decision.reason)
    its_own = sa.or_(Decision.action == "failed", Decision.why == postponing.WHY)
    rows = db.session.execute(told.where(among(Decision.record_id, list(out)), its_own)) if out else ()
    return {row.record_id: row.reason for row in rows if out[row.record_id] == row.run_id}


def _types(situation, company_ids):
    """{company id: its type's id or None} of those that are here."""
    if not company_ids:
        return {}
    here = owned_among(Company, situation.run.account_id, company_ids)
    return dict(map(tuple, db.session.execute(here.with_only_columns(Company.id, Company.type_id))))


def _standing(situation, halo_id, client, types, meanings, reasons):
    reason = _left_out(situation, halo_id, client, types, meanings, reasons)
    if reason:
        return Standing(left_out=LeftOut(*reason))
    return Standing(client.ours_id, _purpose(types[client.ours_id]))


def _purpose(type_id):
    return f"type:{type_id}" if type_id else NO_TYPE


def purposes(situation, company_ids) -> dict[int | None, str]:
    """{company id: the purpose of the list for its contacts} of companies here; None stands for no company."""
    types = _types(situation, list(set(company_ids) - {None}))
    return {None: NO_COMPANY} | {company_id: _purpose(type_id) for company_id, type_id in types.items()}


def _on_lists_of_others(situation, rows, usual):
    """{mirror id: the purpose of its list} of rows whose contact here has another company than Halo's client says."""
    moved = {
        row.id: row.ours_company_id for row in rows if not row.follows_id and _is_elsewhere(row, usual[row.id])
    }  # fmt: skip
    known = purposes(situation, moved.values()) if moved else {}
    return {key: known[company_id] for key, company_id in moved.items()}


def _is_elsewhere(row, usual):
    """Whether the contact of a row is at another company here than its client says."""
    return row.ours_version is not None and row.ours_company_id != usual.company_id and not usual.left_out


def _left_out(situation, halo_id, client, types, meanings, reasons):
    """(sentence, why) of what keeps the contacts of a client out, or None."""
    if client is None:
        return f"its company, Halo client {halo_id}, is not known here", "its company has not been imported yet"
    if tombstones.is_left_out(client.answer):
        return left_out.reason_of_company(client, situation)
    if type_reason := _of_type(client, meanings):
        return type_reason, type_reason
    if client.ours_id in types:
        return None
    if client.ours_id is not None:
        return f"its company, {client.label}, is not here any more", "its company is not here any more"
    if client.error is not None:
        return f"its company, {client.label}, cannot be read from Halo", "its company cannot be read from Halo"
    if client.id in reasons:
        return f"its company, {client.label}, did not come in: {reasons[client.id]}", "its company did not come in"
    if client.outcome == "review":
        return f"its company, {client.label}, waits for an answer", "its company waits for an answer"
    if not client.active:
        return f"its company, {client.label}, is inactive in Halo", "its company is inactive in Halo"
    return f"its company, {client.label}, has not been imported yet", "its company has not been imported yet"


def _of_type(client, meanings):
    choice, _type_id = meanings.meaning(client.type_key)
    its_type = f"its company's type, {meanings.name(client.type_key)},"
    return {None: f"{its_type} is not mapped yet", "leave_out": f"{its_type} is not imported"}.get(choice)


def _places(situation, members, standing):
    """{mirror id: leading.Place} of all members."""
    alone = _alone(members)
    groups = defaultdict(list)
    for member in members:
        comes_in = not tombstones.is_left_out(member.answer) and standing(member).left_out is None
        groups[member.email_key or member.id].append(
            leading.Member(member.id, member.halo_id, member.active, comes_in, member.ours_id, member.follows_id,
                           frozenset(member.not_same or ()))
        )  # fmt: skip
    rows, found = {member.id: member for member in members}, {}
    for group in groups.values():
        for key, place in leading.places(group, alone).items():
            found[key] = (place.leader and rows[place.leader.id], place.ours_id, place.is_alone)
    return found


def _alone(members):
    """The ids of those whose leader does not have their e-mail any more and still stands for their contact here: it is
    active, or they are not and could not lead instead.
    """
    followed = {member.follows_id for member in members} - {None}
    chosen = sa.select(HaloRecord.id, HaloRecord.email_key, HaloRecord.active).where(*_persons())
    leaders = chosen.where(among(HaloRecord.id, list(followed)))
    known = {leader.id: leader for leader in db.session.execute(leaders)} if followed else {}
    return {member.id for member in members if _is_alone(member, known.get(member.follows_id))}


def _is_alone(member, leader):
    if leader is None or not (leader.active or not member.active):
        return False
    return member.email_key is None or leader.email_key != member.email_key


def count_without_email(tenant_id: int) -> int:
    """How many of Halo's active contacts have no e-mail that can be used, as last read."""
    return db.session.scalar(number_without_email(tenant_id))


def number_without_email(tenant_id: int) -> sa.Select:
    """A select of that number, in the words of the index that holds them alone."""
    here = (HaloRecord.tenant_id == tenant_id, sa.text(NO_EMAIL), HaloRecord.active)
    return sa.select(sa.func.count()).where(*here)


def list_names(account_id: int) -> dict[str, str]:
    """{purpose: what a list for it is called when an import makes it}."""
    named = {f"type:{key}": f"Halo: {name}" for key, name in type_names(account_id).items()}
    return named | {NO_TYPE: "Halo: No type", NO_COMPANY: "Halo: No company"}
