"""Tickets: opportunities first, then a third as many ordinary ones, with the actions on each."""

from datetime import timedelta

from . import kinds, times
from .agents import UNASSIGNED
from .dice import Dice
from .plan import UNKNOWN_CLIENT
from .pools import slug
from .settings import CLOSED_STATUSES, LOST, WON

FIRST_TICKET = 1201

_SUBJECTS = ("Backup for {0} PCs", "Microsoft 365 move", "New firewall", "VoIP für {0} Plätze", "Managed security",
             "Laptops ({0})", "Renewal {0}", "Réseau Wi-Fi", "Office move", " Server {0}", "🔒 Zero trust",
             "防火墙 {0}")  # fmt: skip
_PROSPECTS = (("Prospect & Söhne", "Pia Prospect"), ("Bäckerei Morgenrot", "Frau Ölçer"), ("", "Jim O'Neil"),
              ("Nouvelle Vague SARL", ""), ("Kite Labs", "Ada Kite"), ("Grün + Partner", "K. Grün"))  # fmt: skip
# statuses that opportunities have; one is not in Halo's own list any more
_STATUSES = (1, 2, 21, 21, 22, 23, 24, 25, 30)
_FORMER_STATUS = 77
_TROUBLES = ("Printer offline", "Cannot log in", "Mailbox full", "VPN drops", "Neuer Mitarbeiter")
_REMARKS = ("Checked, all fine", "Called back, no answer", "<b>Quote sent</b>", "Rückruf am Montag", "")


def ticket_ids(size) -> range:
    """Ids of all made-up tickets; opportunities come first."""
    return range(FIRST_TICKET, FIRST_TICKET + size.opportunities + size.opportunities // 3)


def ticket(world, ticket_id: int) -> dict:
    """A ticket as the tenant keeps it; ticket types 30 and above are opportunities."""
    dice = Dice(world.seed, kinds.TICKET, ticket_id)
    is_sale = ticket_id < FIRST_TICKET + world.size.opportunities
    status = dice.pick(_STATUSES if is_sale else (1, 2, 4, 9))
    made = times.made(world.seed, kinds.TICKET, ticket_id)
    changed = times.changed(world.seed, kinds.TICKET, ticket_id)
    closed = status in CLOSED_STATUSES
    style = dice.below(16)
    return {
        "id": ticket_id,
        "summary": dice.pick(_SUBJECTS if is_sale else _TROUBLES).format(dice.below(90) + 5),
        "details": dice.pick(("", "Asked by phone.", "<p>Wants an offer until Friday.</p>")),
        "tickettype_id": dice.pick((30, 30, 30, 31, 36)) if is_sale else dice.pick((1, 1, 3)),
        "status_id": status,
        "agent_id": dice.pick((UNASSIGNED, *range(2, 2 + world.size.agents))),
        **_customer(world, dice, is_sale),
        "oppvalue": round(dice.below(60_000) + dice.below(100) / 100, 2) if is_sale else 0.0,
        "oppconversionprobability": _probability(status, dice) if is_sale else 0.0,
        "pipeline_stage_id": dice.below(4) if is_sale else 0,
        "targetdate": times.written(made + timedelta(days=90), style) if is_sale and dice.chance(0.8) else times.NEVER,
        "dateoccurred": times.written(made, style),
        "dateclosed": times.written(changed, style) if closed else times.NEVER,
        "hasbeenclosed": closed,
        "last_update": times.written(changed, style),
        "merged_into_id": 0,
        "deleted": False,
        "inactive": False,
        "actions": actions(world, ticket_id, made),
        **(_oddity(ticket_id) if is_sale else {}),
    }


def _probability(status: int, dice: Dice) -> float:
    """In percent: what was won is certain and what was lost is hopeless, where somebody has kept it up."""
    kept_up = dice.chance(0.9)
    return {WON: 100.0, LOST: 0.0}.get(status if kept_up else 0, float(dice.below(11) * 10))


def _oddity(ticket_id: int) -> dict:
    """What is particular about a few: no value, no name, merged, switched off, of a status that is gone."""
    number = ticket_id - FIRST_TICKET
    if number % 53 == 17:
        return {"merged_into_id": max(FIRST_TICKET, ticket_id - 9)}
    return {
        3: {"oppvalue": 0.0},
        11: {"summary": "", "oppvalue": 0.0, "targetdate": times.NEVER},
        23: {"status_id": _FORMER_STATUS},
        31: {"oppvalue": 1_250_000.5},
        37: {"inactive": True},
        41: {"deleted": True},
    }.get(number % 45, {})


def actions(world, ticket_id: int, made) -> list[dict]:
    """The notes on a ticket; their ids begin at 1 on every ticket."""
    dice = Dice(world.seed, kinds.ACTION, ticket_id)
    return [_action(world, ticket_id, number, made, dice) for number in range(1, 2 + dice.below(4))]


def _customer(world, dice: Dice, is_sale: bool) -> dict:
    """Most belong to a user, some to a client alone or to its General User; some only name a prospect that is neither
    client nor user.
    """
    named = {"oppcompanyname": "", "oppcontactname": "", "oppemailaddress": "", "opptel": ""}
    users = world.plan.users
    if is_sale and dice.chance(0.12):
        return {"client_id": UNKNOWN_CLIENT, "site_id": world.plan.sites[0], "user_id": users[0]} | _prospect(dice)
    user_id = dice.pick(users)
    site_id = world.plan.site_of(user_id)
    general = world.plan.users_of(site_id)[0]
    shown = dice.pick((user_id, user_id, user_id, user_id, general, 0, -1))
    return {"client_id": world.plan.client_of(site_id), "site_id": site_id, "user_id": shown, **named}


def _prospect(dice: Dice) -> dict:
    company, contact = dice.pick(_PROSPECTS)
    email = f"{slug(contact) or 'office'}{dice.below(900)}@{slug(company) or 'prospect'}.example"
    return {"oppcompanyname": company, "oppcontactname": contact, "opptel": "030 555 01-00",
            "oppemailaddress": email if dice.chance(0.8) else ""}  # fmt: skip


def _action(world, ticket_id: int, number: int, made, dice: Dice) -> dict:
    agent = dice.pick(tuple(world.agents))
    return {
        "ticket_id": ticket_id, "id": number, "who": world.agents[agent]["name"], "who_type": 1, "who_agentid": agent,
        "datetime": times.written(made + timedelta(hours=number), dice.below(16)), "note": dice.pick(_REMARKS),
        "outcome": "Private Note", "outcome_id": 7, "hiddenfromuser": True, "important": False, "timetaken": 0.25,
        "attachment_count": 0,
    }  # fmt: skip
