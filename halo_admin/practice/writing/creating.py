"""Making new records, with what Halo makes along: a client comes with a main site, a site with a General User."""

from datetime import UTC, datetime

from ..errors import Refused, database, exception
from ..made_up import times
from ..made_up.plan import UNKNOWN_CLIENT
from ..made_up.settings import lookup_row
from ..tenant import Tenant, lookup_key

_NEW = {
    "clients": {
        "name": "", "toplevel_id": 2, "inactive": False, "customertype": 0, "customer_relationship": [],
        "accountmanagertech": 0, "is_vip": False, "is_account": False, "website": "", "domain": "", "main_site_id": 0,
        "main_contact_id": 0, "accountsemailaddress": "", "ref": "", "notes": "",
    },
    "sites": {
        "client_id": 0, "name": "", "inactive": False, "phonenumber": "", "maincontact_id": 0, "notes": "", "line1": "",
        "line2": "", "line3": "", "line4": "", "line5": "", "country": "",
    },
    "users": {
        "name": "", "firstname": "", "surname": "", "title": "", "site_id": 0, "emailaddress": "", "phonenumber": "",
        "mobilenumber": "", "homenumber": "", "inactive": False, "isserviceaccount": False, "is_prospect": False,
        "isimportantcontact": False, "neversendemails": False, "neversendmarketingemails": False,
        "linked_agent_id": 0, "department": "", "notes": "",
    },
    "agents": {
        "name": "", "firstname": "", "surname": "", "email": "", "isdisabled": False, "isapiagent": False, "team": "",
        "jobtitle": "", "roles": [],
    },
    "tickets": {
        "summary": "", "details": "", "tickettype_id": 30, "status_id": 1, "agent_id": 1, "client_id": UNKNOWN_CLIENT,
        "site_id": 0, "user_id": 0, "oppvalue": 0.0, "oppconversionprobability": 0.0, "pipeline_stage_id": 0,
        "targetdate": times.NEVER, "dateclosed": times.NEVER, "hasbeenclosed": False, "oppcompanyname": "",
        "oppcontactname": "", "oppemailaddress": "", "opptel": "", "merged_into_id": 0, "deleted": False,
        "inactive": False, "actions": [],
    },
    "notes": {
        "client_id": 0, "site_id": 0, "user_id": 0, "supplier_id": 0, "note": "", "subject": "", "detail": "",
        "timetaken": 0.0, "nextcalldate": times.NEVER, "third_party_id": "", "ticketid": 0, "who_agentid": -1,
    },
    "statuses": {"name": "", "shortname": "", "intent": "", "type": 0, "colour": "", "sequence": 0, "slaaction": "N"},
    "tickettypes": {"name": "", "use": "tickets", "sequence": 0, "group_id": 0, "visible": True},
    "toplevels": {"name": "", "long_name": "", "organisation_id": 1, "type": 0},
}  # fmt: skip


def new_record(tenant: Tenant, table: str, fields: dict, key: int | None = None) -> dict:
    """A record with blanks in all fields that are not given; dated now unless the fields say when."""
    number = tenant.tables[table].next_id() if key is None else key
    defaults = {name: list(value) if isinstance(value, list) else value for name, value in _NEW[table].items()}
    if table in ("tickets", "notes"):
        defaults["dateoccurred" if table == "tickets" else "datetime"] = now()
    return tenant.save(table, number, {"id": number} | defaults | fields)


def client(tenant: Tenant, fields: dict, item: dict) -> dict:
    """A client needs a name only; the `newclient_…` keys say what its main site and first contact are."""
    _need(fields, "name", "AAREADESC", "AREA")
    record = new_record(tenant, "clients", fields)
    address = item.get("newclient_delivery_address") or {}
    lines = {f"line{number}": str(address.get(f"line{number}") or "") for number in range(1, 5)}
    main = site(
        tenant,
        {
            "client_id": record["id"],
            "name": str(item.get("newclient_sitename") or "Main"),
            "phonenumber": str(item.get("newclient_phonenumber") or ""),
            **lines,
            "line5": str(address.get("postcode") or ""),
        },
    )
    contact = _first_contact(tenant, main, item)
    return tenant.save("clients", record["id"], {"main_site_id": main["id"], "main_contact_id": contact})


def site(tenant: Tenant, fields: dict, key: int | None = None) -> dict:
    """A site needs a name and a client; its General User is made along."""
    _need(fields, "name", "SDESC", "SITE")
    _need(fields, "client_id", "SAREA", "SITE")
    record = new_record(tenant, "sites", fields, key)
    general = {"name": "General User", "firstname": "General", "surname": "User", "site_id": record["id"]}
    new_record(tenant, "users", general)
    return record


def user(tenant: Tenant, fields: dict, duplicates: str) -> dict:
    """A user needs a name and a site; duplicates says what an e-mail does that another user has."""
    _need(fields, "name", "UUSERNAME", "USERS")
    _need(fields, "site_id", "USITE", "USERS")
    if duplicates == "refused" and _has_email(tenant, fields.get("emailaddress", "")):
        raise Refused(exception("A user with this email address already exists."))
    return new_record(tenant, "users", fields)


def note(tenant: Tenant, fields: dict, author: int) -> dict:
    """A CRM note by the agent of the token. A user's or site's note bears the client too."""
    owner = tenant.get("users", fields.get("user_id") or 0)
    client_of = {"client_id": tenant.client_of_user(owner)} if owner and not fields.get("client_id") else {}
    return new_record(tenant, "notes", {"who_agentid": author} | fields | client_of)


def action(tenant: Tenant, fields: dict, author: int) -> dict:
    """An action needs a ticket and an outcome; its id is the next one on its ticket."""
    if "outcome" not in fields and "outcome_id" not in fields:
        raise Refused(exception("An Outcome must be entered for this Action"))
    ticket = tenant.get("tickets", fields.get("ticket_id", 0))
    if ticket is None:
        raise Refused(exception("An Action must be associated with a ticket_id"))
    record = {
        "ticket_id": ticket["id"], "id": max((one["id"] for one in ticket["actions"]), default=0) + 1, "who_type": 1,
        "who": (tenant.get("agents", author) or {}).get("name", ""), "who_agentid": author, "datetime": now(),
        "note": "", "outcome": "", "outcome_id": 0, "hiddenfromuser": False, "important": False, "timetaken": 0.0,
        "attachment_count": 0,
    } | fields  # fmt: skip
    tenant.save("tickets", ticket["id"], {"actions": [*ticket["actions"], record]})
    return record


def lookup(tenant: Tenant, fields: dict) -> dict:
    """A code of a lookup kind; its id is the next one inside its kind."""
    kind = fields.get("lookupid")
    if kind is None:
        raise Refused(exception("lookupid must be specified"))
    rows = [tenant.get("lookups", key) for key in tenant.tables["lookups"].ids()]
    code = max((row["id"] for row in rows if row["lookupid"] == kind), default=0) + 1
    record = lookup_row(kind, code, "") | fields
    tenant.put("lookups", lookup_key(record), record)
    return record


def _first_contact(tenant: Tenant, main: dict, item: dict) -> int:
    name = str(item.get("newclient_contactname") or "")
    if not name:
        return 0
    first, _, last = name.partition(" ")
    email = str(item.get("newclient_contactemail") or "")
    fields = {"name": name, "firstname": first, "surname": last, "emailaddress": email, "site_id": main["id"]}
    return new_record(tenant, "users", fields)["id"]


def _need(fields: dict, name: str, column: str, table: str) -> None:
    if fields.get(name) in (None, ""):
        where = f"column '{column}', table 'Halo.dbo.{table}'"
        raise Refused(database(515, f"Cannot insert the value NULL into {where}; column does not allow nulls."))


def _has_email(tenant: Tenant, email: str) -> bool:
    users = tenant.tables["users"]
    wanted = email.strip().casefold()
    return bool(wanted) and any(users.get(key)["emailaddress"].strip().casefold() == wanted for key in users.ids())


def now() -> str:
    """This moment as a record bears it."""
    return times.written(datetime.now(UTC), 3)
