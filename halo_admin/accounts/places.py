"""The time zones and countries an account may choose, with names people know.

Both come with tzdata, the tables of IANA's time zone database, which also name the countries of ISO 3166 in English.
"""

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS, country_code_for_region

from ..normal import sort_key

UTC = "UTC"
NO_PLACES = {"localtime", "Factory"}  # this machine's own zone, and one for machines that were never set up

# what people call a country, and places with phone numbers of their own that ISO 3166 has no code for
NAMES = {"GB": "United Kingdom", "AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}


@cache
def countries() -> dict[str, str]:
    """{ISO 3166 code: name} of every country with phone numbers, by name."""
    named = dict(_table("iso3166.tab")) | NAMES
    return {code: named[code] for code in sorted(SUPPORTED_REGIONS, key=lambda code: sort_key(named[code]))}


def dialled(code: str) -> str:
    """A country as people choose it: "Germany (+49)"."""
    return f"{countries()[code]} (+{country_code_for_region(code)})"


@cache
def time_zones() -> dict[str, str]:
    """{folded name: name} of all time zones this machine knows, older names included."""
    return {name.casefold(): name for name in available_timezones() - NO_PLACES}


@cache
def zones_by_region() -> dict[str, dict[str, str]]:
    """{"Europe": {"Europe/Berlin": "Berlin"}}: what people choose from. Each place has one name here."""
    regions = {}
    for name in sorted({name for _code, _where, name, *_more in _table("zone.tab")}):
        region, _, place = name.partition("/")
        regions.setdefault(region, {})[name] = place.replace("_", " ").replace("/", ", ")
    return regions


def _table(name):
    lines = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
