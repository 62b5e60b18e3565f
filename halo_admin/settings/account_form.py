"""The account's own values as a form: what was typed is checked, each field by itself, and kept where it is wrong."""

from typing import NamedTuple

from ..accounts import people, places
from ..accounts.models import Account
from . import phone_keys

# who may be let send records to Halo, beside admins: {role: what people with it are called}
SENDERS = {"salesperson": "Salespeople", "marketer": "Marketers"}


TEXTS = ("name", "time_zone", "country")


class Typed(NamedTuple):
    """What a form holds, as texts; senders are roles."""

    name: str
    time_zone: str
    country: str
    senders: tuple[str, ...] = ()


class NotSaved(Exception):
    """Nothing was saved; errors is {field: sentence}."""

    def __init__(self, errors):
        super().__init__()
        self.errors = errors


def held(account: Account) -> Typed:
    return Typed(account.name, account.time_zone, phone_keys.country_of(account), tuple(account.senders))


def typed(form) -> Typed:
    """What was sent; roles that nobody offered are left aside."""
    texts = (form.get(name, "") for name in TEXTS)
    return Typed(*texts, tuple(role for role in SENDERS if role in form.getlist("senders")))


def opened_with(form, account: Account) -> Typed:
    """What the form held when it was opened; without word of that what is held now."""
    now = held(account)
    senders = form["was_senders"].split() if "was_senders" in form else now.senders
    return Typed(*(form.get(f"was_{name}", getattr(now, name)) for name in TEXTS), tuple(senders))


def merged(account: Account, was: Typed, typed: Typed) -> Typed:
    """What the form means by now: what was left alone in it is as somebody else has set it meanwhile."""
    now = held(account)
    texts = [getattr(now if getattr(typed, name) == getattr(was, name) else typed, name) for name in TEXTS]
    changed = set(typed.senders) ^ set(was.senders)
    return Typed(*texts, tuple(role for role in SENDERS if role in set(now.senders) ^ (changed - _alike(now, typed))))


def _alike(now, typed):
    """The roles of which is held already what was typed."""
    return {role for role in SENDERS if (role in now.senders) == (role in typed.senders)}


def meanwhile(account: Account, was: Typed, typed: Typed) -> dict[str, str]:
    """{field: sentence} of what was changed in the form, and meanwhile to something else by somebody."""
    now = held(account)
    return {
        name: f"This was set to “{getattr(now, name)}” meanwhile. Look at it, then save again."
        for name in TEXTS
        if getattr(now, name) not in (getattr(was, name), getattr(typed, name))
        and getattr(typed, name) != getattr(was, name)
    }


def save(account: Account, was: Typed, typed: Typed) -> None:
    """Keep what was changed. The caller holds the account's row, locked for update, and commits. Raises NotSaved."""
    errors, good = meanwhile(account, was, typed), {}
    typed = merged(account, was, typed)
    for field, read in (("name", people.account_name), ("time_zone", people.time_zone), ("country", people.country)):
        try:
            good[field] = read(getattr(typed, field))
        except people.Unusable as error:
            errors[field] = str(error)
    if errors:
        raise NotSaved(errors)
    try:
        phone_keys.choose(account, good["country"])
    except phone_keys.NotNow as error:
        raise NotSaved({"country": str(error)}) from error
    account.name, account.time_zone, account.senders = good["name"], good["time_zone"], list(typed.senders)


def zone_groups(chosen: str) -> list[tuple[str | None, list[tuple[str, str]]]]:
    """[(region or None, [(zone, place)])]; what is chosen is among them, whatever it is."""
    regions = places.zones_by_region()
    known = {zone for zones in regions.values() for zone in zones} | {places.UTC}
    first = [(places.UTC, places.UTC)] + ([] if chosen in known else [(chosen, chosen)])
    return [(None, first), *((region, list(zones.items())) for region, zones in regions.items())]


def country_options(chosen: str) -> list[tuple[str, str]]:
    """[(code, "Germany (+49)")]; what is chosen is among them, whatever it is."""
    unknown = [] if chosen in places.countries() else [(chosen, chosen)]
    return unknown + [(code, places.dialled(code)) for code in places.countries()]
