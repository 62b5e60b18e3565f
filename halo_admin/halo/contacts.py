"""Users in Halo's words: the people of its clients, our contacts (halo-api.md 3.3)."""

from msgspec import UNSET, Struct, field, structs

from ..records import Contact, WholeContact
from . import values
from .decoding import Reader
from .listing import CUSTOMERS, Listing
from .rows import Flag, MaybeMoment, Memo, OwnId, Reference, Text

# the user that each site has for callers without a name
GENERAL_USER = "general user"


class UserRow(Struct):
    """Our names for a user's fields, and Halo's."""

    halo_id: OwnId = field(name="id")
    name: Text = None
    first_name: Text = field(name="firstname", default=None)
    last_name: Text = field(name="surname", default=None)
    title: Text = None
    email: Text = field(name="emailaddress", default=None)
    phone: Text = field(name="phonenumber", default=None)
    mobile: Text = field(name="mobilenumber", default=None)
    client_id: Reference = None
    site_id: Reference = None
    inactive: Flag = None
    is_prospect: Flag = None
    is_service_account: Flag = field(name="isserviceaccount", default=None)
    agent_id: Reference = field(name="linked_agent_id", default=None)
    never_marketing: Flag = field(name="neversendmarketingemails", default=None)
    never_mail: Flag = field(name="neversendemails", default=None)
    changed_at: MaybeMoment = field(name="ulastupdate", default=UNSET)


class WholeUserRow(UserRow):
    """A user's detail: what is written to it can be read there."""

    notes: Memo = None


def _whole_contact(row):
    flags = {"unsubscribed": bool(row.never_marketing), "no_mail": bool(row.never_mail)}
    return WholeContact(**structs.asdict(_contact(row)) | flags, notes=values.memo(row.notes))


def _contact(row):
    name = values.text(row.name)
    return Contact(
        halo_id=row.halo_id,
        name=name,
        active=not row.inactive,
        first_name=values.text(row.first_name),
        last_name=values.text(row.last_name),
        title=values.text(row.title),
        email=values.text(row.email),
        phone=values.text(row.phone),
        mobile=values.text(row.mobile),
        client_id=values.reference(row.client_id),
        site_id=values.reference(row.site_id),
        is_prospect=bool(row.is_prospect),
        no_person=_no_person(row, name),
        unsubscribed=bool(row.never_marketing or row.never_mail),
        changed_at=row.changed_at if row.changed_at is UNSET else values.moment(row.changed_at),
    )


def _no_person(row, name):
    """What a user is that stands for no person of a client's, in words; None for everybody else."""
    if name is not None and name.casefold() == GENERAL_USER:
        return "general user"
    if row.is_service_account:
        return "service account"
    return "agent" if values.reference(row.agent_id) else None


CONTACTS = Listing("users", "/Users", ("users",), Reader(UserRow, _contact), {"includeinactive": True}, CUSTOMERS)
ONE_CONTACT = CONTACTS._replace(reader=Reader(WholeUserRow, _whole_contact))
