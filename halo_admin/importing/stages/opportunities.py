"""Halo's opportunities come in whole once; afterwards only their name and status follow Halo."""

from datetime import date, datetime

from ... import normal, records
from ...connecting import mapping, opportunities_seen
from ...crm.opportunity_models import Opportunity
from ...crm.statuses import statuses
from ...halo import opportunities as halo
from ..stage import Choice, Question, Reading, Skip, Stage
from . import sales_surroundings

CLOSED_BEFORE = "closed_before"  # the stage's choice: a day, or nothing: all come
LEAVE_OUT = "leave_out"
OUT = {
    "merged": "it was merged into opportunity {into} in Halo",
    "deleted": "it is deleted in Halo",
    "inactive": "it is inactive in Halo",
}


class Opportunities(Stage):
    key, title, noun, their_noun, kind = (
        "opportunities", "Opportunities", "opportunity", "Halo opportunity", "opportunity",
    )  # fmt: skip
    model = Opportunity
    after = ("contacts",)
    mapping, also_maps = "opportunity_type", ("opportunity_status",)
    readings = (Reading("opportunity", halo.OPPORTUNITIES, records.Opportunity, "opportunity", "opportunities"),)
    saves_at_once = True
    fields = ("name", "status_id")
    at_first = (
        "salesperson_id", "company_id", "contact_id", "value", "probability", "expected_close", "opened_on",
        "prospect_name", "prospect_email",
    )  # fmt: skip
    forms = Opportunity.FORMS
    tells = ("prospect_name", "expected_close")
    new_one = "new in Halo: opportunities are not matched with those here"
    choices = (Choice(CLOSED_BEFORE, "Opportunities that are closed", (("", "Bring all in"),), is_day=True),)
    reasons = (
        ("new in Halo", "All opportunities come in; nothing here is taken for the same one.", False),
        ("its status,", "Nobody has said yet what this status means here, or the mapping leaves it out.", True),
        ("its type,", "Nobody has said yet what this type means here, or the mapping leaves it out.", True),
        ("it was closed before", "The stage's choice leaves those closed before a day out.", False),
        ("merged into", "The one that it was merged into comes in.", False),
        ("deleted in Halo", "Halo keeps it, but nobody sees it there any more.", False),
    )  # fmt: skip

    def listed(self, kind, record):
        keys = (
            one.key if one else f"{source}:none" for source, one in (("type", record.type), ("status", record.status))
        )
        return {
            "label": record.name or f"Opportunity {record.halo_id}",
            "active": record.is_out is None,
            "parent_id": None if record.client_id == sales_surroundings.UNKNOWN_CLIENT else record.client_id,
            "type_key": " ".join(keys),
        }

    def read_values(self, client):
        return halo.types_and_statuses(client)

    def keep_values(self, tenant, values):
        for kind, found in zip(self.mappings, values, strict=True):
            mapping.remember(tenant, kind, found)

    def compose(self, listed, detail, around):
        names = ("value", "probability", "expected_close", "opened_on", "closed_on", "agent_id",
                 "prospect_email", "is_out", "merged_into", "changed_at")  # fmt: skip
        values = {name: _plain(getattr(listed, name)) for name in names}
        values["user_id"] = listed.contact_id
        values["name"] = listed.name or f"Opportunity {listed.halo_id}"
        who = (listed.prospect_contact, listed.prospect_company)
        values["prospect_name"] = ", ".join(filter(None, who)) or None
        return values

    def keyed(self, values, country):
        return {"name_key": normal.name_key(values["name"])}

    def look_up(self, situation, rows):
        return sales_surroundings.of(situation, rows)

    def theirs(self, row, situation):
        self._comes_in(row, situation)
        values = {"name": row.values["name"], "status_id": self._status(row, situation)}
        if row.ours_id or (row.answer or {}).get("ours_id"):
            return values
        found = row.found
        placed = {
            "salesperson_id": found.salesperson_id,
            "company_id": found.company_id,
            "contact_id": found.contact_id,
        }
        kept = ("value", "probability", "expected_close", "opened_on")
        prospect = ("prospect_name", "prospect_email") if row.parent_id is None else ()
        return values | placed | {name: row.values[name] for name in (*kept, *prospect)}

    def _comes_in(self, row, situation):
        stays = "; the opportunity here stays as it is" if row.ours_id else ""
        if out := row.values["is_out"]:
            reason = OUT[out].format(into=row.values["merged_into"])
            if row.ours_id is None:
                raise Skip(reason, OUT[out].replace(" {into}", "").replace("opportunity", "another one"))
        type_key, _ = opportunities_seen.both_keys(row.type_key)
        self._is_imported(type_key, "type", situation, stays)
        closed_on, before = row.values["closed_on"], situation.choices.get(CLOSED_BEFORE)
        if row.ours_id is None and before and closed_on and closed_on < before:
            raise Skip(f"it was closed on {closed_on}, before {before}", "it was closed before the day chosen")

    def _is_imported(self, key, word, situation, stays):
        """(choice, our id) of a value that comes in, as people mapped it or answered when the import asked."""
        choice, ours_id = situation.mapping.meaning(key)
        named = f"its {word}, {situation.mapping.name(key)},"
        if choice is None:
            choice, ours_id = _answered(situation.options.get(f"unmapped_{word}"))
        if choice is None:
            raise Skip(f"{named} is not mapped yet{stays}", f"{named} is not mapped yet")
        if choice == LEAVE_OUT:
            raise Skip(f"{named} is not imported{stays}", f"{named} is not imported")
        return ours_id

    def _status(self, row, situation):
        stays = "; the opportunity here stays as it is" if row.ours_id else ""
        return self._is_imported(opportunities_seen.both_keys(row.type_key)[1], "status", situation, stays)

    def asks_first(self, run, tenant):
        """Types that nobody has mapped, then statuses: what to do with those is asked before anything is left out."""
        for kind, word in zip(self.mappings, ("type", "status"), strict=True):
            if run.options.get(f"unmapped_{word}"):
                continue
            rows = mapping.unanswered(tenant, kind)
            if rows:
                return _question(run, word, rows)
        return None

    def concerned(self, choice, tenant_id, chosen):
        return sales_surroundings.count_closed_before(tenant_id, chosen) if chosen else 0

    def changed_at(self, row):
        return datetime.fromisoformat(row.values["changed_at"]) if row.values["changed_at"] else None

    def marks_of(self):
        return tuple(Opportunity.HALO_MARKS)

    def marks(self, row):
        return {
            "inactive_in_halo": not row.active,
            "halo_value": row.values["value"],
            "halo_expected_close": row.values["expected_close"],
            "halo_agent_id": row.values["agent_id"],
        }

    def tell_mark(self, name, value):
        if name == "inactive_in_halo":
            return "does not count in Halo any more" if value else "counts in Halo again"
        field = {"halo_value": "value", "halo_expected_close": "expected close", "halo_agent_id": "agent"}[name]
        return f"Halo has another {field}"


def _plain(value):
    """As it stands in JSON."""
    return value.isoformat() if isinstance(value, date) else value


def _answered(option):
    """(choice, our id) of an answer to the question what to do with unmapped values."""
    if option in (None, LEAVE_OUT):
        return None, None
    return "import", int(option) if option != "import" else None


def _question(run, word, rows):
    ways = [(LEAVE_OUT, "Leave them out")]
    if word == "type":
        ways.append(("import", "Bring them in"))
    else:
        ways += [(str(one.id), f"Put them into “{one.name}”") for one in statuses(run.account_id)]
    number = sum(row.number for row in rows)
    told = ", ".join(f"{row.name} ({row.number:,})" for row in rows)
    return Question(f"unmapped_{word}", number, f"{word} that nobody has mapped", told, tuple(ways))
