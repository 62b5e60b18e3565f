"""What is written to Halo for the fields that were ticked: our values, as Halo takes them."""

from ..connecting import sending_types
from ..records import TypeValue
from . import comparing


class Unsendable(ValueError):
    """A field's value has nothing that stands for it in Halo; the text says so."""


class Values:
    """Our values, {field: Value}, as Halo takes them."""

    def __init__(self, sides, ours: dict, chosen: dict, found: dict):
        self.sides, self.ours, self.chosen, self.found = sides, ours, chosen, found
        self.type_written = None  # the type that was written, and the one that stood in its place

    def of(self, fields, held=None) -> dict:
        """{our name of what is written: value}, of fields that one of Halo's records holds; held: what it holds now."""
        values = {}
        for field in fields:
            values |= self._of(field, self.ours[field.name].key, held)
        return values

    def new_contact(self, fields, name: str) -> dict:
        """A contact that does not exist yet: with its name as one, and the site it is put to."""
        named = self.of([field for field in fields if field.name != "company"])
        site_id = self.chosen.get("site") or next((one[0] for one in self.found.get("sites", ())), None)
        if site_id is None:
            raise Unsendable("Its client has no active site in Halo, and Halo keeps every contact at a site.")
        told = {key: value for key, value in named.items() if value not in (None, False)}
        return {"name": name, "site_id": site_id} | told

    def _of(self, field, key, held):
        if field.name == "type":
            value, relationships = self._type(key), _relationships(held)
            self.type_written = (value, relationships[0] if relationships else None)
            return {"type": (value, relationships)}
        if field.name == "salesperson":
            return {"manager_id": self._agent(key)}
        if field.name == "company":
            return {"site_id": self._site(key)}
        if field.added:
            theirs = held.record.notes if held else None
            return {field.column: comparing.added(theirs, key)} if key else {}
        return {field.column: bool(key) if field.form == "flag" else key}

    def took_type(self, held) -> bool:
        """Whether Halo holds the type that was written, whatever that means here."""
        if self.type_written is None:
            return False
        value, before = self.type_written
        keys = [one.key for one in held.record.types]
        return keys[:1] == [value.key] if value else before is not None and before.key not in keys

    def _type(self, type_id) -> TypeValue | None:
        if type_id is None:
            return None
        tenant_id, chosen = self.sides.tenant_id, self.chosen.get("type")
        value = sending_types.value_of(tenant_id, chosen) if chosen else sending_types.used(tenant_id).get(type_id)
        if value is None:
            raise Unsendable(f"Nobody has said which of Halo's types stands for {self.ours['type'].words}.")
        return value

    def _agent(self, user_id):
        agent = self.sides.agent_of(user_id) if user_id else None
        if user_id and agent is None:
            raise Unsendable(f"{self.ours['salesperson'].words} is no Halo agent.")
        return agent.halo_id if agent else None

    def _site(self, company_id):
        sites = self.found.get("sites") or ()
        if site_id := self.chosen.get("site") or next((one[0] for one in sites), None):
            return site_id
        raise Unsendable(f"{self.ours['company'].words or 'Its company'} has no site in Halo.")


def _relationships(held):
    return [one for one in held.record.types if one.source == "relationship"] if held else []
