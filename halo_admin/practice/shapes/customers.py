"""Clients, sites and users on the way out, with floats for some ids as float columns make them."""

from ..made_up import times
from ..made_up.settings import RELATIONSHIPS
from ..messages import Request
from ..switches import Switches
from ..tenant import Tenant
from .fields import detailed_custom_fields, listed_custom_fields, listed_notes

# What a real tenant sends along and no one here reads.
_CLIENT_NOISE = {
    "colour": "#2bd3c6", "confirmemail": 0, "actionemail": 0, "clearemail": 0, "messagegroup_id": -1,
    "override_org_logo": False, "override_org_name": "", "override_org_phone": "", "override_org_email": "",
    "override_org_website": "", "mailbox_override": 0, "default_mailbox_id": 0, "calldate": times.NEVER, "pritech": 0,
    "sectech": 0, "regmanagertech": 0, "salesreptech": 0, "accountownertech": 0, "open_ticket_count": 0, "xeroid": "",
    "stopped": 0, "client_to_invoice": 0, "clientcurrency": "", "qbo_company_id": "", "cautomateid": -1,
    "jira_validated": False, "snow_id": -1, "use": "client", "table": 2,
}  # fmt: skip
_SITE_NOISE = {
    "sla_id": 1, "timezone": "", "colour": "#a75ded", "ref": "", "isstocklocation": False, "messagegroup_id": -1,
    "item_quantity_in_stock": 0.0, "itglue_id": "", "stockbin_id": 0, "gfisiteid": -1, "use": "site",
    "invoice_address_isdelivery": False,
}  # fmt: skip
_USER_NOISE = {
    "initials": "", "phonenumber_preferred": "", "telpref": 0, "mobilenumber2": "", "fax": "", "login": "",
    "azureoid": "", "colour": "#2bd3c6", "other1": "", "other2": "", "other3": "", "other4": "", "other5": "",
    "whatsapp_number": "",
    "activedirectory_dn": "", "container_dn": "", "priority_id": 0, "covered_by_contract": False, "messagegroup_id": -1,
    "uddevsite": 0, "uduserid": 0, "isimportantcontact2": False, "autotaskid": -1, "connectwiseid": -1,
    "neversendmarketingemails": False, "date_of_birth": times.NEVER, "use": "user", "table": 1,
}  # fmt: skip
_TOPLEVELS = {2: "Main Company", 3: "Northwind & Töchter"}


def client_row(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    row = _client(record) | listed_custom_fields(switches) | listed_notes(record, request)
    if switches.website_in_list:
        row["website"] = record["website"]
    if switches.main_site_in_list:
        row["main_site_id"] = record["main_site_id"]
        row["accountsemailaddress"] = record["accountsemailaddress"]
    if switches.main_phone_in_list:
        row["main_phonenumber"] = tenant.main_site(record).get("phonenumber", "")
    return row


def client_detail(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    site, manager = tenant.main_site(record), tenant.get("agents", record["accountmanagertech"]) or {}
    contact = tenant.get("users", record["main_contact_id"]) or {}
    kept = ("website", "main_site_id", "main_contact_id", "accountsemailaddress", "domain", "notes")
    return (
        _client(record)
        | {name: record[name] for name in (*kept, "datecreated", "alastupdate")}
        | {
            "main_phonenumber": site.get("phonenumber", ""),
            "main_site_name": site.get("name", ""),
            "main_contact_name": contact.get("name", ""),
            "main_contact_email": contact.get("emailaddress", ""),
            "accountmanagertech_name": manager.get("name", ""),
            "accountmanagertech_email": manager.get("email", ""),
            "main_delivery_address": _address(site),
            "main_invoice_address": _address({}),
            "trading_name": "",
            "tax_number": "",
        }
        | detailed_custom_fields(request)
    )


def site_row(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    row = _site(tenant, record) | listed_custom_fields(switches) | listed_notes(record, request)
    if request.flag("includeaddress"):
        row |= {f"delivery_address_line{number}": record[f"line{number}"] for number in range(1, 6)}
        row["country_code_name"] = record["country"]
    return row


def site_detail(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    contact = tenant.get("users", record["maincontact_id"]) or {}
    return (
        _site(tenant, record)
        | {name: record[name] for name in ("notes", "datecreated", "slastupdate")}
        | {
            "delivery_address": _address(record),
            "invoice_address": _address({}),
            "country_code_name": record["country"],
            "maincontact_name": contact.get("name", ""),
            "emaildomain": "",
            "isinvoicesite": False,
        }
        | detailed_custom_fields(request)
    )


def user_row(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    row = _user(tenant, record)
    del row["department"]
    if not request.flag("includenotes"):
        del row["notes"]
    return row | listed_custom_fields(switches)


def user_detail(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    digits = {"phonenumberint": record["phonenumber"], "mobileint": record["mobilenumber"]}
    return (
        _user(tenant, record)
        | {name: _only_digits(text) for name, text in digits.items()}
        | {"email2": "", "email3": "", "lastlogindate": times.NEVER, "roles": [], "addresses": []}
        | {name: record[name] for name in ("datecreated", "ulastupdate")}
        | detailed_custom_fields(request)
    )


def _client(record: dict) -> dict:
    related = record["customer_relationship"]
    return _CLIENT_NOISE | {
        "id": record["id"],
        "name": record["name"],
        "toplevel_id": record["toplevel_id"],
        "toplevel_name": _TOPLEVELS.get(record["toplevel_id"], ""),
        "inactive": record["inactive"],
        "customertype": record["customertype"],
        "customer_relationship": [{"id": str(key), "name": RELATIONSHIPS.get(key, "")} for key in related],
        "customer_relationship_list": ",".join(map(str, related)),
        "is_vip": record["is_vip"],
        "is_account": record["is_account"],
        "accountmanagertech": record["accountmanagertech"],
        "ref": record["ref"],
        "key": record["id"],
    }


def _site(tenant: Tenant, record: dict) -> dict:
    client = tenant.get("clients", record["client_id"]) or {"name": ""}
    return _SITE_NOISE | {
        "id": record["id"],
        "name": record["name"],
        "client_id": float(record["client_id"]),
        "client_name": client["name"],
        "clientsite_name": f"{client['name']}/{record['name']}",
        "inactive": record["inactive"],
        "phonenumber": record["phonenumber"],
        "maincontact_id": record["maincontact_id"],
    }


def _user(tenant: Tenant, record: dict) -> dict:
    site = tenant.get("sites", record["site_id"]) or {"client_id": 0, "name": "", "phonenumber": ""}
    client = tenant.get("clients", site["client_id"]) or {"name": ""}
    row = _USER_NOISE | record
    row.pop("datecreated", None)
    row.pop("ulastupdate", None)
    row["site_id"] = float(record["site_id"])
    row["site_id_int"] = row["key"] = record["site_id"]
    row["key"] = record["id"]
    row["site_name"] = site["name"]
    row["sitephonenumber"] = site["phonenumber"]
    row["client_id"] = site["client_id"]
    row["client_name"] = client["name"]
    return row


def _address(site: dict) -> dict:
    """An address object; in details the postcode has a name of its own."""
    lines = {f"line{number}": site.get(f"line{number}", "") for number in range(1, 5)}
    return {"id": site.get("id", 0), "type": 1, "note": "", **lines, "postcode": site.get("line5", ""), "lat": 0.0}


def _only_digits(text: str) -> int:
    return int("".join(digit for digit in text if digit in "0123456789") or 0)
