"""Halo agents and the users here: linked where both have the same e-mail; nobody is invited unless it is asked for."""

from msgspec import UNSET

from ... import normal, records
from ...accounts.models import User
from ...connecting import roles
from ...halo import agents as halo
from .. import joining
from ..stage import Reading, Stage


class Users(Stage):
    key, title, noun, their_noun, kind = "users", "Users", "user", "Halo agent", "agent"
    model = User
    readings = (Reading("agent", halo.AGENTS, records.Agent, "agent"),)
    keys = ("email",)
    tells = ("email",)
    movements = {"comparing": joining.compare, "saving": joining.save}
    shows_records = True
    reasons = (
        ("a user has the same e-mail", "The user is linked: nothing of theirs changes, their roles included.", False),
        ("nobody here has its e-mail", "Invite it on the page of this stage, or add it without inviting.", False),
        ("its role type is not taken in", "Give it another role type, or take this one in.", False),
        ("it shares its e-mail", "Who is who is not guessed: link one of them by hand.", False),
        ("it has no usable e-mail", "Give it one in Halo, or link it by hand, or add it without inviting.", False),
        ("it is an API agent", "Programs act as it; it is nobody of your staff.", False),
        ("it is disabled in Halo", "Add it without inviting, so that its notes have an author.", False),
    )

    def listed(self, kind, record):
        return {"label": record.name, "active": record.active, "parent_id": None, "type_key": None}

    def compose(self, listed, detail, around):
        told = listed.roles is not UNSET
        return {"email": listed.email, "is_api": bool(listed.is_api),
                "roles": [[role.key, role.name] for role in listed.roles] if told else None}  # fmt: skip

    def keyed(self, values, country):
        return {"email_key": normal.email_key(values.get("email"))}

    def read_values(self, client):
        return halo.roles(client)

    def keep_values(self, tenant, values):
        roles.remember(tenant, values)
