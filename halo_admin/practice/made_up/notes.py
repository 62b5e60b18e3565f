"""CRM notes on clients, their sites and their users, by agents, former agents and nobody."""

from . import kinds, times
from .dice import Dice
from .plan import UNKNOWN_CLIENT

FIRST_NOTE = 5531

_TEXTS = (
    "Called, wants a quote.", "<p>Called, wants a quote.</p>", "Left a message with reception",
    "Rückruf vereinbart – Dienstag",
    "<div>Met at the fair.<br>Interested in <b>backup</b>.</div>", "Très satisfait 👍", "  ", "",
    "<html><body><p class=MsoNormal>Renewal due<o:p></o:p></p></body></html>", "Line one\r\nLine two\r\n\r\nLine four",
)  # fmt: skip


def note_ids(size) -> range:
    return range(FIRST_NOTE, FIRST_NOTE + size.notes)


def subject(world, note_id: int) -> dict:
    """Whom a note is about: client, site and user, of which the unused ones are 0, -1 or None."""
    dice = Dice(world.seed, kinds.SUBJECT, note_id)
    nothing = dice.pick((0, 0, -1, None))
    user_id = dice.pick(world.plan.users)
    site_id = world.plan.site_of(user_id)
    about = {"client_id": world.plan.client_of(site_id), "site_id": nothing, "user_id": nothing, "supplier_id": nothing}
    what = dice.pick(("client", "client", "user", "user", "user", "site"))
    if what == "site":
        return about | {"site_id": site_id}
    if what == "user" or about["client_id"] == UNKNOWN_CLIENT:
        return about | {"user_id": user_id}
    return about


def note(world, note_id: int) -> dict:
    """A CRM note as the tenant keeps it. It bears no time of change."""
    dice = Dice(world.seed, kinds.NOTE, note_id)
    return {
        "id": note_id,
        **subject(world, note_id),
        "datetime": times.written(times.made(world.seed, kinds.NOTE, note_id), dice.below(16)),
        "who_agentid": dice.pick((-1, *world.agents, *world.agents, *world.agents)),
        "subject": dice.pick(("", "", "", "Phone call", "Visit")),
        "note": dice.pick(_TEXTS),
        "detail": "",
        "timetaken": dice.pick((0.0, 0.25, 1.5)),
        "nextcalldate": times.NEVER,
        "third_party_id": "",
        "ticketid": 0,
    }
