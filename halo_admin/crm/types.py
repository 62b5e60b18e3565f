"""The account's own company types, in the order it keeps them."""

from . import lists
from .models import STARTING_TYPES, Company, CompanyType
from .own_lists import LONGEST_NAME, OwnList, Unusable, folded

__all__ = ["LONGEST_NAME", "NO_TYPE", "TYPES", "Unusable", "company_types", "counts", "folded", "get_or_create",
           "type_names"]  # fmt: skip
NO_TYPE = "No type"  # what companies without a type are said to have


class Types(OwnList):
    """Lists that imports made for a type outlive it, as lists of people's own."""

    def let_go(self, one):
        lists.no_longer_for(one.account_id, f"type:{one.id}")


TYPES = Types(
    CompanyType, "type", "company type",
    using=lambda: Company.__table__.c.type_id, users=("company", "companies"),
    reserved={folded(NO_TYPE): f"“{NO_TYPE}” is what companies without a type are said to have."},
)  # fmt: skip
TYPES.begins_with([{"name": name} for name in STARTING_TYPES])

company_types, type_names = TYPES.all, TYPES.names
get_or_create, counts = TYPES.get_or_create, TYPES.counts
