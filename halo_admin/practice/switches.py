"""Everything the sources disagree about, or a tenant may have set either way: one switch each."""

import re
from typing import Any, NamedTuple


class Form(NamedTuple):
    """A value that is free in a form: the pattern it matches, and how to tell it to people."""

    pattern: str
    shown: str


class Switch(NamedTuple):
    """What it is at the start, what it can be, and what it does."""

    default: str
    values: tuple[str, ...] | Form
    text: str

    @property
    def shown(self) -> str:
        return self.values.shown if isinstance(self.values, Form) else "|".join(self.values)

    def takes(self, text: str) -> bool:
        if isinstance(self.values, Form):
            return re.fullmatch(self.values.pattern, text) is not None
        return text in self.values


ON_OFF = ("on", "off")
_NUMBER = Form(r"\d+", "NUMBER")
_SECONDS = Form(r"\d+(\.\d+)?", "SECONDS")
_WORDS = Form(r".*", "A,B")
_CAPS = Form(r"\d+(,\w+=\d+)*", "100,Client=999")
_RANGE = Form(r"(\d+(-\d+)?)?", "20-500")
_RATE = Form(r"\d+/\d+(\.\d+)?|off", "REQUESTS/SECONDS|off")

SWITCHES = {
    "website_in_list": Switch("on", ON_OFF, "rows of /Client carry the website (releases since 2026 do)"),
    "main_phone_in_list": Switch("off", ON_OFF, "rows of /Client carry main_phonenumber"),
    "main_site_in_list": Switch("on", ON_OFF, "rows of /Client carry main_site_id (releases since 2026 do)"),
    "customfields_in_list": Switch("null", ("null", "array", "absent"), "what list rows hold as customfields"),
    "agent_envelope": Switch("results", ("results", "array", "agents"), "how /Agent wraps its rows"),
    "crm_envelope": Switch("actions", ("actions", "array"), "how /CRMNote wraps its rows"),
    "crm_client_includes_users": Switch("on", ON_OFF, "notes of a client include those about its users and sites"),
    "crm_default_count": Switch("15", _NUMBER, "how many notes /CRMNote gives when no count is asked"),
    "crm_most_count": Switch("100000", _NUMBER, "the most notes /CRMNote gives, whatever count is asked"),
    "crm_filter_honoured": Switch("on", ON_OFF, "/CRMNote obeys client_id, site_id and user_id, else it gives all"),
    "crm_names_client": Switch("on", ON_OFF, "notes about a user or a site name the client as well"),
    "crm_who_in_list": Switch("on", ON_OFF, "notes carry the author's name as who (releases since 2026 do)"),
    "lastupdate_honoured": Switch("off", ON_OFF, "lists of customers obey lastupdatefromdate (/Tickets always do)"),
    "list_order": Switch("0", _NUMBER, "lists come in an order of their own, one for each number; 0: as asked"),
    "search_honoured": Switch("on", ON_OFF, "lists obey search"),
    "page_cap": Switch("100", _CAPS, "most rows a page may have, and exceptions by list"),
    "past_end": Switch("empty", ("empty", "first", "last"), "what a page past the end holds"),
    "missing_scope": Switch("401", ("401", "403", "empty"), "what a list answers whose scope or right is missing"),
    "granted": Switch("all", _WORDS, "the scopes the application may ask for"),
    "deny": Switch("", _WORDS, "lists that the agent to log in as may not see"),
    "merged": Switch("404", ("404", "inactive"), "what a merged client or user answers afterwards"),
    "not_found": Switch("empty", ("empty", "exception", "string"), "how an id that does not exist is answered"),
    "rate": Switch("300/300", _RATE, "the quota, over a rolling window"),
    "retry_after": Switch("none", ("none", "seconds", "date"), "whether a 429 says when to come back"),
    "throttle_body": Switch("text", ("text", "json", "html"), "the body of a 429"),
    "latency": Switch("", _RANGE, "milliseconds each answer takes longer, by chance"),
    "token_life": Switch("3600", _SECONDS, "how long a token is good for"),
    "new_token_ends_old": Switch("off", ON_OFF, "a new token makes the earlier ones worthless"),
    "tenant_required": Switch("", Form(r"[\w-]*", "NAME"), "the token request must name this tenant, else it is a 500"),
    "agent_missing": Switch("off", ON_OFF, "the agent to log in as is gone: the token request answers a 500 in HTML"),
    "api_agent": Switch("service", ("service", "person"), "the API acts as an agent of its own or as a person"),
    "null_in_update": Switch("ignored", ("ignored", "cleared"), "what null does in an update"),
    "site_needs_flag": Switch("on", ON_OFF, "a change of a site without issitedetails is silently not saved"),
    "duplicate_email": Switch("accepted", ("accepted", "refused"), "a new user with an e-mail that exists"),
    "created_status": Switch("201", ("201", "200"), "the status of a successful write"),
}  # fmt: skip


class UnknownSwitch(ValueError):
    """No switch has that name, or it cannot be set to that; the text says what can."""


class Switches:
    """The state of all switches; read them as attributes, as strings, but on/off ones as bool."""

    def __init__(self, **start: Any):
        self._start = {name: switch.default for name, switch in SWITCHES.items()}
        self._start |= {name: _checked(name, value) for name, value in start.items()}
        self._now: dict[str, str] = {}
        self.version = 0  # another one after every turn
        self.reset()

    def reset(self) -> None:
        """Back to how the server was started."""
        for name, value in self._start.items():
            self.turn(name, value)

    def turn(self, name: str, value: Any) -> None:
        """Turn one switch; raises UnknownSwitch."""
        self._now[name] = text = _checked(name, value)
        self.version += 1
        setattr(self, name, text == "on" if SWITCHES[name].values is ON_OFF else text)

    def as_dict(self) -> dict[str, str]:
        return dict(self._now)

    def rate_limit(self) -> tuple[int, float] | None:
        """Requests and seconds of the quota's window; None where there is no quota."""
        if self.rate == "off":
            return None
        requests, seconds = self.rate.split("/")
        return int(requests), float(seconds)

    def latency_range(self) -> tuple[float, float] | None:
        """Shortest and longest wait in seconds; None where there is none."""
        if not self.latency:
            return None
        shortest, _, longest = self.latency.partition("-")
        return float(shortest) / 1000, float(longest or shortest) / 1000

    def cap_of(self, entity: str) -> int:
        """The most rows a page of this list may have."""
        general, *exceptions = self.page_cap.split(",")
        return int(dict(part.split("=") for part in exceptions).get(entity, general))

    def names_in(self, switch: str) -> set[str]:
        """The comma-separated words a switch is set to, small and without slashes."""
        return {word.strip(" /").lower() for word in self._now[switch].split(",") if word.strip()}


def _checked(name: str, value: Any) -> str:
    """The value as the switch keeps it; True and False are on and off."""
    if name not in SWITCHES:
        raise UnknownSwitch(f"There is no switch called {name}; `practice faults` lists them.")
    text = ("on" if value else "off") if isinstance(value, bool) else str(value)
    if not SWITCHES[name].takes(text):
        raise UnknownSwitch(f"{name} can be {SWITCHES[name].shown}, not {text}.")
    return text
