"""What Halo says in these tests."""

import itertools

import httpx

URL = "https://acme.halopsa.example"
SECRET = "5d0a1111-aaaa-bbbb-cccc-0123456789ab-9e1c2222-dddd-eeee-ffff-0123456789ab"
_numbers = itertools.count(1)


def token_answer(**changes):
    """A new token, as the authorisation server gives it."""
    said = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"token-{next(_numbers)}", "scope": "read:crm"}
    return httpx.Response(200, json=said | changes)


def client_row(**changes):
    """A client as a list has it."""
    row = {"id": 21, "name": "Bergmann & Söhne", "inactive": False, "customertype": 3, "customer_relationship": []}
    return row | {"customer_relationship_list": "", "customfields": None, "use": "client", "key": 21} | changes


def site_row(**changes):
    """A site as a list has it, with includeaddress."""
    row = {"id": 34, "name": "Main", "client_id": 21.0, "inactive": False, "phonenumber": "+49 30 5550100"}
    return row | {"delivery_address_line1": "Am Ufer 1", "delivery_address_line3": "Berlin"} | changes


def clients(*rows, **envelope):
    """A page of clients."""
    return httpx.Response(200, json={"page_no": 1, "record_count": len(rows), "clients": list(rows)} | envelope)


def exception(message):
    """Shape A of halo-api.md 2.8."""
    said = {"ClassName": "System.Exception", "Message": message, "Data": None, "InnerException": None, "HResult": -1}
    return said | {"StackTraceString": None, "Source": None}


def user_row(**changes):
    """A user as a list has it."""
    row = {"id": 812, "name": "Sam Poole", "firstname": "Sam", "surname": "Poole", "emailaddress": "sam@b.example"}
    row |= {"client_id": 21, "client_name": "Bergmann & Söhne", "site_id": 34.0, "site_id_int": 34, "inactive": False}
    row |= {"isserviceaccount": False, "is_prospect": False, "linked_agent_id": 0, "neversendemails": False}
    return row | {"phonenumber": "+49 30 5550101", "mobilenumber": "", "title": "", "use": "user"} | changes


def opportunity_row(**changes):
    """An opportunity as a list has it, with includestatus and includetickettype."""
    row = {"id": 1201, "summary": "Backup for 30 PCs", "details": "", "tickettype_id": 30, "status_id": 22}
    row |= {"tickettype_name": "Opportunity", "status_name": "Quote Sent", "agent_id": 7, "client_id": 21}
    row |= {"client_name": "Bergmann & Söhne", "site_id": 34, "user_id": 812, "user_name": "Sam Poole"}
    row |= {"oppvalue": 12500.5, "oppconversionprobability": 60.0, "targetdate": "2026-09-30T00:00:00"}
    row |= {"dateoccurred": "2026-05-01T08:15:00.123", "dateclosed": "1900-01-01T00:00:00", "hasbeenclosed": False}
    row |= {"oppcompanyname": "", "oppcontactname": "", "oppemailaddress": "", "last_update": "2026-05-03T14:05:00Z"}
    return row | {"merged_into_id": 0, "deleted": False, "inactive": False, "customfields": None} | changes
