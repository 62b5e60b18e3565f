"""Halo clients become companies: chosen by type, linked by phone, then website, then name."""

from msgspec import UNSET

from ... import normal, records
from ...connecting import mapping
from ...crm.models import Company
from ...halo import companies as halo
from ..stage import Ask, Fail, Question, Reading, Skip, Stage

UNKNOWN = 1  # Halo's own client for callers it cannot place (halo-api.md 2.5)


class Companies(Stage):
    key, title, noun, their_noun, kind = "companies", "Companies", "company", "client", "client"
    model = Company
    mapping = "company_type"
    readings = (
        Reading("site", halo.SITES, records.Site, "site"),
        Reading("client", halo.CLIENTS, records.Client, "client"),
    )
    keys = ("phone", "website", "name")
    fields = ("name", "phone", "website", "type_id", "street", "city", "state", "postal_code", "country")
    forms = {"phone": "phone", "website": "website"}
    tells = ("phone", "website", "city")
    held_by = dict.fromkeys(("phone", "street", "city", "state", "postal_code", "country"), "site")

    def listed(self, kind, record):
        columns = {"label": record.name, "active": record.active}
        if kind == "site":
            return columns | {"parent_id": record.client_id, "type_key": None}
        return columns | {"parent_id": None, "type_key": record.types[0].key if record.types else "none"}

    def read_values(self, client):
        return halo.customer_types(client)

    def keep_values(self, tenant, values):
        mapping.remember(tenant, self.mapping, values)

    def learn(self, kind, rows):
        told = [row.website is not UNSET for row in rows if isinstance(row, records.Client)]
        return {"lists_websites": any(told)} if told else {}

    def around(self, kind):
        return "site" if kind == "client" else None

    def compose(self, listed, detail, around):
        if isinstance(listed, records.Site):
            return {
                name: getattr(listed, name) for name in ("phone", "street", "city", "state", "postal_code", "country")
            }
        values = {"name": listed.name}
        website = listed.website if listed.website is not UNSET else detail.website if detail else UNSET
        if website is not UNSET:
            values["website"] = website
        main = _main_site(listed, detail, around)
        if main is UNSET:
            return values | {"sites": sum(site.active for site in around)}
        if main is not None:
            values |= main.values | {"main_site_id": main.halo_id}
        return values

    def keyed(self, values, country):
        return {
            "name_key": normal.name_key(values.get("name")),
            "phone_key": normal.phone_key(values.get("phone"), country),
            "website_key": normal.website_key(values.get("website")),
        }

    def never(self, row):
        if row.halo_id == UNKNOWN:
            raise Skip("Halo keeps callers it cannot place here: it is no company")

    def theirs(self, row, situation):
        choice, type_id = situation.mapping.meaning(row.type_key)
        named = situation.mapping.name(row.type_key)
        if choice is None:
            raise Skip(f"its type, {named}, is not mapped yet")
        if choice == "leave_out":
            stays = "; the company here stays as it is" if row.ours_id else ""
            reason = f"its company type, {named}, is not imported"
            raise Skip(reason + stays, reason)
        if not row.active and row.ours_id is None:
            raise Skip("it is inactive in Halo")
        if "sites" in row.values and not row.detail_read:
            raise Ask("main site", "client", row.halo_id)
        if row.detail_at and not row.detail_read and not situation.learned.get("lists_websites"):
            raise Ask("website", "client", row.halo_id)
        if row.values.get("name") is None and row.ours_id is None:
            raise Fail("Halo sends no name for it")
        return {field: row.values[field] for field in self.fields if field in row.values} | {"type_id": type_id}

    def asks_first(self, run, tenant):
        """A person at the page is asked before records of types that nobody has mapped are left out."""
        rows = mapping.unanswered(tenant, self.mapping) if run.options.get("asks") else []
        if not rows or run.options.get("unmapped_type"):
            return None
        told = ", ".join(f"{row.name} ({row.number:,})" for row in rows)
        ways = (("leave_out", "Leave them out"),)
        return Question("unmapped_type", sum(row.number for row in rows), "type that nobody has mapped", told, ways)

    def erasing(self, row, situation):
        return ("type_id",) if row.type_key != "none" else ()

    def ask_before(self, row, match, situation):
        by_phone = match.verdict == "link" and match.by[0] == "phone"
        unread = "website" not in row.values and not row.detail_read
        if unread and not by_phone and situation.options.get("websites") != "skip" and situation.unlinked_website():
            raise Ask("website", "client", row.halo_id)

    def marks_of(self):
        return ("inactive_in_halo",)

    def tell_mark(self, name, value):
        return "is inactive in Halo now" if value else "is active in Halo again"

    def holder(self, row, field):
        if field in self.held_by:
            return "site", row.values["main_site_id"]
        return "client", row.halo_id

    def marks(self, row):
        return {"inactive_in_halo": not row.active}


def _main_site(listed, detail, around):
    """The site that holds the client's phone and address; None without one, UNSET while nothing tells it."""
    named = listed.main_site_id if listed.main_site_id is not UNSET else detail.main_site_id if detail else UNSET
    return halo.main_site(around, named)
