"""What several kinds of records share on the way out: custom fields, and the key of a list row that may be missing."""

from ..messages import Request
from ..switches import Switches

_DETAILED = [
    {"id": 171, "name": "CFSource", "label": "Source", "type": 0, "value": "", "display": ""},
    {"id": 172, "name": "CFNewsletter", "label": "Newsletter", "type": 6, "value": False, "display": "false"},
]


def listed_custom_fields(switches: Switches) -> dict:
    """Lists send null, on some tenants an array or no key at all."""
    held = switches.customfields_in_list
    return {} if held == "absent" else {"customfields": None if held == "null" else []}


def detailed_custom_fields(request: Request) -> dict:
    """Nested fields come with includedetails=true only; without it they are null."""
    return {"customfields": [dict(field) for field in _DETAILED] if request.flag("includedetails") else None}


def listed_notes(record: dict, request: Request) -> dict:
    """The memo is in lists only when asked for."""
    return {"notes": record["notes"]} if request.flag("includenotes") else {}
