"""Phone numbers as people type them: valid underneath, unique per owner, written in every way there is."""

from typing import NamedTuple

from .dice import Dice


class Dialling(NamedTuple):
    """How a country's numbers are built: code, trunk prefix, one area, first digits before seven free ones."""

    code: str
    trunk: str
    area: str
    lead: str = ""


DIALLING = {
    "AT": Dialling("43", "0", "1"),
    "CH": Dialling("41", "0", "44"),
    "DE": Dialling("49", "0", "30"),
    "ES": Dialling("34", "", "91"),
    "FR": Dialling("33", "0", "1", "4"),
    "GB": Dialling("44", "0", "20", "7"),
    "IT": Dialling("39", "", "02"),
    "JP": Dialling("81", "0", "3", "5"),
    "NL": Dialling("31", "0", "20"),
    "PL": Dialling("48", "", "22"),
    "SE": Dialling("46", "0", "8"),
    "US": Dialling("1", "", "212"),
}
MOBILE_AREAS = {
    "AT": "664",
    "CH": "79",
    "DE": "151",
    "ES": "61",
    "FR": "6",
    "GB": "77",
    "IT": "333",
    "JP": "90",
    "NL": "6",
    "PL": "60",
    "SE": "70",
    "US": "917",
}
# Where a mobile number is longer than an area and seven digits.
MOBILE_LEADS = {"DE": "1", "FR": "1", "GB": "0", "JP": "3", "NL": "2"}

_FIRST, _STEP, _SPAN = 2_000_000, 7_919, 7_000_000

_STYLES = (
    "+{code} {area} {near} {far}",
    "+{code} {area} {near} {far}",
    "+{code}{area}{near}{far}",
    "00{code} {area} {near}{far}",
    "00{code}{area}{near}{far}",
    "+{code} (0){area} {near}-{far}",
    "({trunk}{area}) {near}{far}",
    "({trunk}{area}) {near} {far} ext 4",
    "{trunk}{area}/{near}-{far}",
    "{trunk}{area} {near} {far}",
    "+{code}-{area}-{near}-{far}",
    "+{code} {area} {near} {far} x12",
    "Tel. +{code} {area} {near}{far} (reception)",
    " +{code} {area} {near}{far} ",
)
_NO_NUMBERS = ("", "", "", "", "n/a", "-", "see website", "4.93E+10")


def line(country: str, number: int, area: str | None = None, lead: str | None = None) -> dict:
    """The parts of the number-th line of a country; lines of different numbers below 7,000,000 differ."""
    rule = DIALLING[country]
    free = str(_FIRST + number * _STEP % _SPAN)
    digits = (rule.lead if lead is None else lead) + free
    return {"code": rule.code, "trunk": rule.trunk, "area": area or rule.area, "near": digits[:-4], "far": digits[-4:]}


def written(parts: dict, dice: Dice) -> str:
    """That line, the way somebody typed it."""
    return dice.pick(_STYLES).format_map(parts)


def plain(parts: dict) -> str:
    """That line in the international form, for those who write carefully."""
    return "+{code} {area} {near}{far}".format_map(parts)


def mobile(country: str, number: int, dice: Dice) -> str:
    """A mobile number as somebody typed it."""
    return written(line(country, number, MOBILE_AREAS[country], MOBILE_LEADS.get(country, "")), dice)


def none_given(dice: Dice) -> str:
    """What stands in a phone field that holds no number."""
    return dice.pick(_NO_NUMBERS)
