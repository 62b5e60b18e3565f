"""The words records are made of: names, streets and towns of several countries, drawn once per seed by Faker."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from faker import Faker
from faker.providers.address.it_IT import Provider as ItalianAddresses


class Surname(NamedTuple):
    """A surname as written, as in an address, and the number of the place it comes from."""

    name: str
    slug: str
    place: int


class Place(NamedTuple):
    """What is particular to a country; given names are pairs of (as written, as in an address)."""

    code: str
    country: str
    domain_ends: tuple[str, ...]
    legal_forms: tuple[str, ...]
    surnames: tuple[Surname, ...]
    given_names: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    towns: tuple[tuple[str, str, str], ...]


class Pools(NamedTuple):
    places: tuple[Place, ...]
    surnames: tuple[Surname, ...]


# locale, country code, name, ends of domains, legal forms, the Faker word for a county or state
_COUNTRIES = (
    ("de_DE", "DE", "Germany", ("de", "de", "example"), ("GmbH", "AG", "GmbH & Co. KG", ""), "state"),
    ("en_GB", "GB", "United Kingdom", ("co.uk", "uk", "example"), ("Ltd", "Limited", "PLC", ""), "county"),
    ("en_US", "US", "United States", ("com", "com", "net", "example"), ("Inc.", "LLC", "Corp.", ""), "state_abbr"),
    ("fr_FR", "FR", "France", ("fr", "fr", "com"), ("SARL", "S.A.", "SAS", ""), "region"),
    ("es_ES", "ES", "Spain", ("es", "com.es", "com"), ("S.L.", "S.A.", ""), "state"),
    ("it_IT", "IT", "Italy", ("it", "it", "com"), ("S.r.l.", "S.p.A.", ""), "state_abbr"),
    ("nl_NL", "NL", "Netherlands", ("nl", "nl", "example"), ("B.V.", "N.V.", ""), "province"),
    ("pl_PL", "PL", "Poland", ("pl", "com.pl"), ("sp. z o.o.", "S.A.", ""), "region"),
    ("sv_SE", "SE", "Sweden", ("se", "example"), ("AB", ""), "state"),
    ("de_AT", "AT", "Austria", ("at", "co.at"), ("GmbH", "OG", ""), "state"),
    ("de_CH", "CH", "Switzerland", ("ch", "swiss"), ("AG", "GmbH", ""), "canton_name"),
    ("ja_JP", "JP", "Japan", ("jp", "co.jp"), ("株式会社", ""), "prefecture"),
)  # fmt: skip


class _TownsInOrder(ItalianAddresses):
    """Faker keeps Italy's towns in the order of a set, which is another one in each process."""

    cities = sorted(ItalianAddresses.cities)


_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "đ": "d"})


def slug(text: str) -> str:
    """Text as it stands in a host name or an e-mail address: small letters and digits of ASCII."""
    spelled = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED_OUT))
    return "".join(letter for letter in spelled if letter.isascii() and letter.isalnum())


@lru_cache(maxsize=8)
def pools(seed: int) -> Pools:
    """All word pools of a seed; under a second, kept for the next tenant of the same seed."""
    places, surnames = [], {}
    for number, (locale, *country) in enumerate(_COUNTRIES):
        fake = Faker(locale, use_weighting=False)
        if locale == "it_IT":
            fake.add_provider(_TownsInOrder)
        fake.seed_instance(seed)
        own = tuple(Surname(name, in_ascii, number) for name, in_ascii in _names(fake, "last_name", 900))
        surnames |= {surname.slug: surname for surname in own if surname.slug not in surnames}
        places.append(_place(fake, own, *country))
    return Pools(tuple(places), tuple(surnames.values()))


def _place(fake: Faker, surnames, code: str, country: str, ends, forms, region: str) -> Place:
    given = tuple(_names(fake, "first_name", 200))
    streets = tuple(fake.street_address().replace("\n", ", ") for _ in range(150))
    towns = tuple((fake.city(), getattr(fake, region)(), fake.postcode()) for _ in range(80))
    return Place(code, country, ends, forms, surnames, given, streets, towns)


def _names(fake: Faker, what: str, draws: int) -> list[tuple[str, str]]:
    """Different names with their ASCII form; Japanese ones come with their own romanisation."""
    if hasattr(fake, f"{what}_pair"):
        pairs = (getattr(fake, f"{what}_pair")() for _ in range(draws))
        drawn = [(written, slug(romanised)) for written, _, romanised in pairs]
    else:
        drawn = [(name, slug(name)) for name in (getattr(fake, what)() for _ in range(draws))]
    return [pair for pair in dict.fromkeys(drawn) if pair[1]]
