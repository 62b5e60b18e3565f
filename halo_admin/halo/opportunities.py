"""Opportunities in Halo's words: tickets of types made for sales; those types, and statuses (halo-api.md 3.6, 3.7)."""

from msgspec import Struct, field

from ..records import Opportunity, TypeValue
from . import values
from .decoding import Reader
from .listing import SALES, Listing
from .rows import Amount, Flag, OwnId, Reference, Text

UNASSIGNED = 1  # the agent that stands for none
SALES_USE = "opps"  # what the types of opportunities are for; those of other tickets are not


class OpportunityRow(Struct):
    """Our names for an opportunity's fields, and Halo's. It names a prospect where Halo has no client for it."""

    halo_id: OwnId = field(name="id")
    name: Text = field(name="summary", default=None)
    type_id: Reference = field(name="tickettype_id", default=None)
    type_name: Text = field(name="tickettype_name", default=None)
    status_id: Reference = None
    status_name: Text = None
    agent_id: Reference = None
    client_id: Reference = None
    user_id: Reference = None
    value: Amount = field(name="oppvalue", default=None)
    probability: Amount = field(name="oppconversionprobability", default=None)
    target: Text = field(name="targetdate", default=None)
    occurred: Text = field(name="dateoccurred", default=None)
    has_been_closed: Flag = field(name="hasbeenclosed", default=None)
    closed: Text = field(name="dateclosed", default=None)
    prospect_company: Text = field(name="oppcompanyname", default=None)
    prospect_contact: Text = field(name="oppcontactname", default=None)
    prospect_email: Text = field(name="oppemailaddress", default=None)
    merged_into: Reference = field(name="merged_into_id", default=None)
    deleted: Flag = None
    inactive: Flag = None
    changed: Text = field(name="last_update", default=None)


class StatusRow(Struct):
    """A status of tickets, opportunities among them. Halo does not say which ones close."""

    halo_id: Reference = field(name="id")
    name: Text = None


class TicketTypeRow(Struct):
    halo_id: Reference = field(name="id")
    name: Text = None
    use: Text = None


def _opportunity(row):
    value, agent_id = values.amount(row.value), values.reference(row.agent_id)
    return Opportunity(
        halo_id=row.halo_id,
        name=values.text(row.name),
        type=_value("type", row.type_id, row.type_name),
        status=_value("status", row.status_id, row.status_name),
        agent_id=None if agent_id == UNASSIGNED else agent_id,
        client_id=values.reference(row.client_id),
        contact_id=values.reference(row.user_id),
        value=None if value is None else round(value * 100),
        probability=_percent(row.probability),
        expected_close=_day(row.target),
        opened_on=_day(row.occurred),
        closed_on=_day(row.closed) if row.has_been_closed else None,
        is_closed=bool(row.has_been_closed),
        prospect_company=values.text(row.prospect_company),
        prospect_contact=values.text(row.prospect_contact),
        prospect_email=values.text(row.prospect_email),
        is_out=_out(row),
        merged_into=values.reference(row.merged_into),
        changed_at=values.moment(row.changed),
    )


def _value(source, halo_id, name):
    known_by = values.reference(halo_id)
    return TypeValue(source, str(known_by), values.text(name)) if known_by else None


def _percent(value):
    """A whole number of percent; what is none is as good as not set."""
    return round(value) if value is not None and 0 <= value <= 100 else None


def _day(text):
    at = values.moment(text)
    return at.date() if at else None


def _out(row):
    """What became of one that Halo still lists and does not count any more, in words."""
    if values.reference(row.merged_into):
        return "merged"
    return "deleted" if row.deleted else "inactive" if row.inactive else None


def _status(row):
    return _value("status", row.halo_id, row.name)


def _type(row):
    # Halo ignores what it does not know, so a filter is checked here too
    return _value("type", row.halo_id, row.name) if (values.text(row.use) or "").lower() == SALES_USE else None


OPPORTUNITIES = Listing(
    "opportunities",
    "/Opportunities",
    ("tickets", "opportunities"),
    Reader(OpportunityRow, _opportunity),
    {"includestatus": True, "includetickettype": True},
    SALES,
)
STATUSES = Listing("statuses", "/Status", ("statuses",), Reader(StatusRow, _status), {"showall": True}, SALES)
TICKET_TYPES = Listing(
    "ticket types", "/TicketType", ("tickettypes",), Reader(TicketTypeRow, _type), {"showall": True}, SALES
)


def types_and_statuses(halo) -> tuple[list[TypeValue], list[TypeValue]]:
    """(the types that opportunities may have, the statuses that tickets may have); raises a HaloError."""
    return _rows(halo, TICKET_TYPES), _rows(halo, STATUSES)


def _rows(halo, listing):
    return [row for row in halo.rows(listing) if isinstance(row, TypeValue)]
