"""CRM notes on clients, their sites and their users, by agents, former agents and nobody."""

from . import kinds, times
from .dice import Dice
from .plan import UNKNOWN_CLIENT

FIRST_NOTE = 5531

# so long that nobody reads it whole on a page
_LONG = "<p>" + "Went through the offer point by point, and every one of them raised a question. " * 60 + "</p>"
# an agent of former days, whom the list of agents has no more
_FORMER_AGENT = 4711
_TEXTS = (
    "Called, wants a quote.", "<p>Called, wants a quote.</p>", "Left a message with reception",
    "Rückruf vereinbart – Dienstag",
    "<div>Met at the fair.<br>Interested in <b>backup</b>.</div>", "Très satisfait 👍", "  ", "",
    "<html><body><p class=MsoNormal>Renewal due<o:p></o:p></p></body></html>", "Line one\r\nLine two\r\n\r\nLine four",
    "<p>Their rack:</p><img src='data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBg"
    "AAAABQABh6FO1AAAAABJRU5ErkJggg=='>", "<script>alert('note')</script><p onclick='go()'>Asked for a demo</p>",
    "<h1>Minutes</h1><table><tr><td>Servers</td><td>4</td></tr><tr><td>Seats</td><td>31</td></tr></table>",
    "שלום, נדבר ביום ראשון", "Budget < 5000 & needs approval <boss@client.example>", _LONG,
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
        "who_agentid": dice.pick((-1, _FORMER_AGENT, *world.agents, *world.agents, *world.agents)),
        "subject": dice.pick(("", "", "", "Phone call", "Visit")),
        "note": dice.pick(_TEXTS),
        "detail": dice.pick(("", "", "", "", "Follow up next week.")),
        "timetaken": dice.pick((0.0, 0.25, 1.5)),
        "nextcalldate": times.NEVER,
        "third_party_id": "",
        "ticketid": 0,
    }
