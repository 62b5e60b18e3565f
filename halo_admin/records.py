"""What travels from Halo to us, in our words.

The rooms beyond `halo/` know Halo by these records alone. Text is stripped, blank is None, ids are
ints, times are aware and in UTC. UNSET means "this answer did not say", which is not the same as blank:
a list that leaves websites to the details says UNSET, a client without a website says None.
"""

from datetime import date, datetime

import msgspec
from msgspec import UNSET, UnsetType


class TypeValue(msgspec.Struct, frozen=True):
    """One value of a Halo field that a mapping is about.

    source tells which of Halo's fields holds it: "relationship" (customer_relationship, several on a
    client) or "type" (customertype, lookup 33). name is None where Halo sent only the id.
    """

    source: str
    id: str
    name: str | None = None

    @property
    def key(self) -> str:
        """How mappings and the mirror name this value: "relationship:1", "type:3"."""
        return f"{self.source}:{self.id}"


class Client(msgspec.Struct, frozen=True):
    """A Halo client (their word for a customer). The phone is its main site's."""

    halo_id: int
    name: str | None
    active: bool = True
    types: tuple[TypeValue, ...] = ()
    website: str | None | UnsetType = UNSET
    main_site_id: int | None | UnsetType = UNSET
    changed_at: datetime | None | UnsetType = UNSET


class WholeClient(Client, frozen=True):
    """A client as its own detail tells it, with what no list is read for: its account manager and its memo."""

    manager_id: int | None = None
    notes: str | None = None


class Site(msgspec.Struct, frozen=True):
    """One of a client's sites: the main one holds the client's phone and address."""

    halo_id: int
    client_id: int | None
    name: str | None
    active: bool = True
    phone: str | None = None
    street: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    changed_at: datetime | None | UnsetType = UNSET


class Contact(msgspec.Struct, frozen=True):
    """A person of a client's (Halo's word: user).

    no_person tells what a user is that stands for nobody: "general user", "service account" or "agent".
    unsubscribed: Halo must not send them mail, or none that sells.
    """

    halo_id: int
    name: str | None
    active: bool = True
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    client_id: int | None = None
    site_id: int | None = None
    is_prospect: bool = False
    no_person: str | None = None
    unsubscribed: bool = False
    changed_at: datetime | None | UnsetType = UNSET


class WholeContact(Contact, frozen=True):
    """A contact as its own detail tells it. unsubscribed: of mail that sells, whatever other mail Halo may send.

    no_mail: Halo may send none at all.
    """

    no_mail: bool = False
    notes: str | None = None


class Agent(msgspec.Struct, frozen=True):
    """A Halo agent: one of the MSP's staff, or one that programs act as (is_api; None where Halo does not say).

    active: not disabled. roles: UNSET where this answer did not say.
    """

    halo_id: int
    name: str | None
    email: str | None = None
    is_api: bool | None = None
    active: bool = True
    roles: tuple[TypeValue, ...] | UnsetType = UNSET


class Opportunity(msgspec.Struct, frozen=True):
    """A sale that may come about. value: in hundredths; probability: percent.

    The prospect_… are of one that Halo has no client for. is_out tells of one that Halo lists and does not count any
    more: "merged" (into merged_into), "deleted" or "inactive". closed_on: only where it is closed, and tells when.
    """

    halo_id: int
    name: str | None
    type: TypeValue | None = None
    status: TypeValue | None = None
    agent_id: int | None = None
    client_id: int | None = None
    contact_id: int | None = None
    value: int | None = None
    probability: int | None = None
    expected_close: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    is_closed: bool = False
    prospect_company: str | None = None
    prospect_contact: str | None = None
    prospect_email: str | None = None
    is_out: str | None = None
    merged_into: int | None = None
    changed_at: datetime | None = None


class Note(msgspec.Struct, frozen=True):
    """A CRM note: about a client, or about one of its sites or users.

    text is HTML as markup.clean() leaves it. agent_id: its author. marker: what a program that made it is known by.
    """

    halo_id: int
    client_id: int | None = None
    site_id: int | None = None
    user_id: int | None = None
    agent_id: int | None = None
    agent_name: str | None = None
    at: datetime | None = None
    subject: str | None = None
    text: str | None = None
    marker: str | None = None


class Unreadable(msgspec.Struct, frozen=True):
    """A row of a page that could not be understood; the rest of the page was.

    halo_id is None where not even the id could be read; fingerprint then tells it from other such rows. label is its
    name, where that much could be read.
    """

    halo_id: int | None
    reason: str
    fingerprint: str
    label: str | None = None


class Page(msgspec.Struct, frozen=True):
    """One page of one of Halo's lists: rows in Halo's order, and the total Halo claims (it can lie).

    digest: of the answer's bytes.
    """

    rows: tuple
    record_count: int | None
    digest: str = ""
