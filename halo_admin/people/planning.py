"""What is to become of a Halo agent, and why: a pure decision, without clock, database or network."""

from dataclasses import dataclass, field

from ..accounts.role_names import told

UNASSIGNED = 1  # Halo's own agent for what nobody has taken (halo-api.md 2.5)
NO_TYPE = "none"  # how "No type" stands among the role types that are taken in
TAKEN_IN = ("marketer", "salesperson", "admin")


@dataclass(frozen=True)
class Agent:
    """A Halo agent as the mirror holds it, with what people chose for it.

    roles: as here; user_id: whom it is linked to; left_out: why a person left it out, as a sentence.
    """

    record_id: int
    halo_id: int
    name: str
    email: str | None = None
    email_key: str | None = None
    active: bool = True
    is_api: bool = False
    is_gone: bool = False
    halo_roles: tuple[str, ...] | None = ()
    roles: tuple[str, ...] = ()
    by_hand: bool = False  # whether a person said what its roles here are
    chosen: bool = False
    user_id: int | None = None
    matched_by: str | None = None
    left_out: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Person:
    """A user here: agent_id is the Halo agent they are linked to, if any."""

    id: int
    name: str
    email: str | None
    agent_id: int | None = None


@dataclass(frozen=True)
class Around:
    """What a plan looks at beyond its agent: users by e-mail key, agents by e-mail key, the role types taken in."""

    users: dict[int, Person] = field(default_factory=dict)
    by_email: dict[str, Person] = field(default_factory=dict)
    sharing: dict[str, list[Agent]] = field(default_factory=dict)
    taken_in: tuple[str, ...] = TAKEN_IN


@dataclass(frozen=True)
class Plan:
    """what: "linked" already, "link", "invite", "left out" by a person, or "nothing"; user_id: of whom.

    why is a sentence without its full stop; group is the same without names.
    """

    what: str
    why: str
    group: str = ""
    user_id: int | None = None

    @property
    def may_be_chosen(self):
        return self.what in ("link", "invite") or self.group == NOT_TAKEN_IN


NOT_TAKEN_IN = "its role type is not taken in"


def plan(agent: Agent, around: Around) -> Plan:
    if agent.user_id is not None:
        return _linked(agent, around)
    stays_out = _stays_out(agent)
    if stays_out:
        return Plan(*stays_out)
    if agent.email_key is None:
        return Plan("nothing", _without_email(agent), "it has no usable e-mail")
    others = [one for one in around.sharing.get(agent.email_key, ()) if one.halo_id != agent.halo_id]
    if others:
        return Plan("nothing", f"it shares its e-mail with {_named(others)}: link one by hand", "it shares its e-mail")
    return _by_email(agent, around)


def _linked(agent, around):
    person = around.users[agent.user_id]
    how = {"e-mail": "by its e-mail", "invitation": "by its invitation"}.get(agent.matched_by, "by hand")
    why = f"linked {how}"
    if agent.is_gone:
        why += "; Halo has it no more"
    elif not agent.active:
        why += "; it is disabled in Halo"
    if agent.email_key and person.email and agent.email_key != person.email:
        why += f"; its e-mail in Halo is {agent.email}"
    return Plan("linked", why, "it is linked", person.id)


def _stays_out(agent):
    """(what, why, group) of an agent that is none of the staff, or that a person left out."""
    if agent.halo_id == UNASSIGNED:
        return "nothing", "it is Halo's own Unassigned, nobody in particular", "it is nobody in particular"
    if agent.error:
        return "nothing", "it could not be read from Halo", "it could not be read"
    if agent.left_out:
        return "left out", agent.left_out, "left out by a person"
    if agent.is_api:
        return "nothing", "it is an API agent: programs act as it", "it is an API agent"
    if not agent.active:
        return "nothing", "it is disabled in Halo: add it without inviting, so that its notes have an author", (
            "it is disabled in Halo"
        )  # fmt: skip
    return None


def _without_email(agent):
    return f"its e-mail, “{agent.email}”, is none" if agent.email else "it has no e-mail in Halo"


def _by_email(agent, around):
    person = around.by_email.get(agent.email_key)
    if person is None:
        return _to_invite(agent, around)
    if person.agent_id is not None:
        why = f"its e-mail is that of {person.name}, who is linked to Halo agent {person.agent_id}"
        return Plan("nothing", why, "its e-mail is that of a user who is linked")
    return Plan("link", f"its e-mail is that of {person.name}", "a user has the same e-mail", person.id)


def _to_invite(agent, around):
    types = told(agent.roles)
    if not agent.chosen and not _is_taken_in(agent.roles, around.taken_in):
        return Plan("nothing", f"its role type, {types}, is not taken in unless it is ticked", NOT_TAKEN_IN)
    return Plan("invite", f"nobody here has its e-mail; it comes as {types}", "nobody here has its e-mail")


def _is_taken_in(roles, taken_in):
    return bool(set(roles or (NO_TYPE,)) & set(taken_in))


def _named(others):
    return " and ".join(f"Halo agent {one.halo_id}, {one.name}" for one in others)
