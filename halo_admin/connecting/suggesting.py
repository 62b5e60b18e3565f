"""Which of our company types a name of Halo's most likely means: what the mapping is pre-filled with."""

from ..crm.models import CompanyType
from ..crm.types import folded

# what others call our starting types, folded and in the singular
ALSO_CALLED = {
    "client": ("customer", "account", "managed", "managed client", "managed customer", "active client"),
    "prospect": ("lead", "suspect", "opportunity", "potential customer", "potential client", "prospective customer"),
    "vendor": ("supplier", "distributor", "manufacturer"),
    "partner": ("reseller", "referral partner", "referrer"),
}
MEANINGS = {name: meaning for meaning, names in ALSO_CALLED.items() for name in names}


def meant_by(name: str, types: list[CompanyType]) -> CompanyType | None:
    """The type of the same name, else of the same name in the singular, else the one that others call so."""
    by_key = {folded(one.name): one for one in types}
    by_singular = {_singular(key): one for key, one in by_key.items()}
    key = folded(name)
    singular = _singular(key)
    return by_key.get(key) or by_singular.get(singular) or by_singular.get(MEANINGS.get(key) or MEANINGS.get(singular))


def _singular(key):
    return key.removesuffix("s")
