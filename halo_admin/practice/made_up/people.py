"""Users (Halo's word for a customer's contacts): General Users, people, service accounts, an agent's own user."""

from . import kinds
from .dice import Dice, noise
from .phones import line, mobile, none_given, written
from .plan import UNKNOWN_CLIENT

_FREE_MAIL = ("gmail.com", "outlook.com", "gmx.de", "yahoo.co.uk", "orange.fr")
_SERVICES = ("Scanner", "Backup Service", "noreply", "Monitoring", "Fax2Mail")
_TITLES = ("", "", "", "", "CEO", "Office Manager", "Mr", "Frau", "Directrice", "IT-Leiter", "Dr.")
_INVALID_MAILS = ("{local}", "{local}@", "{local}@{host},", "{local} at {host}", "n/a", "{local}@@{host}", "unknown@")


def user(world, user_id: int) -> dict:
    """A user as the tenant keeps it; it has a client only through its site."""
    site_id = world.plan.site_of(user_id)
    common = {"id": user_id, "site_id": site_id, "linked_agent_id": 0, "isserviceaccount": False, "is_prospect": False,
              "isimportantcontact": False, "neversendemails": False, "homenumber": "", "notes": "", "department": "",
              "inactive": False}  # fmt: skip
    if world.plan.is_general(user_id):
        return common | _nameless("General User")
    dice = Dice(world.seed, kinds.USER, user_id)
    if dice.chance(0.015):
        return common | _nameless(dice.pick(_SERVICES)) | {"isserviceaccount": True}
    return common | _person(world, user_id, site_id, dice)


def _nameless(name: str) -> dict:
    first, _, last = name.partition(" ")
    return {"name": name, "firstname": first, "surname": last, "title": "", "emailaddress": "", "phonenumber": "",
            "mobilenumber": ""}  # fmt: skip


def _person(world, user_id: int, site_id: int, dice: Dice) -> dict:
    client_id = world.plan.client_of(site_id)
    place = _place(world, client_id)
    first, last = _who(world, user_id, place)
    split_up = not dice.chance(0.03)  # some have nothing but the full name
    return {
        "name": dice.pick(("{0} {1}",) * 12 + ("{1}, {0}", " {0} {1}", "{0} {1} ")).format(first[0], last.name),
        "firstname": first[0] if split_up else "",
        "surname": last.name if split_up else "",
        "title": dice.pick(_TITLES),
        "emailaddress": _email(world, user_id, client_id, dice),
        "phonenumber": _direct_line(place.code, user_id, dice),
        "mobilenumber": mobile(place.code, user_id, dice) if dice.chance(0.4) else "",
        "department": dice.pick(("", "", "", "Sales", "Einkauf", "Accounts")),
        "inactive": kinds.is_inactive(world.seed, kinds.USER, user_id),
        "linked_agent_id": 2 + user_id % 5 if dice.chance(0.004) and world.size.agents >= 6 else 0,
        "is_prospect": dice.chance(0.5 if client_id == UNKNOWN_CLIENT else 0.02),
        "isimportantcontact": dice.chance(0.05),
        "neversendemails": dice.chance(0.03),
    }


def _place(world, client_id: int):
    return world.pools.places[world.company_name(world.plan.client_number(client_id))[2]]


def _who(world, user_id: int, place):
    """Given name (as a pair) and surname of a person: both of the client's country, most of the time."""
    chance = noise(world.seed, kinds.PERSON, user_id)
    surnames = world.pools.surnames if chance % 8 == 0 else place.surnames
    last = surnames[(chance >> 8) % len(surnames)]
    given = world.pools.places[last.place].given_names
    return given[(chance >> 32) % len(given)], last


def _email(world, user_id: int, client_id: int, dice: Dice) -> str:
    """Most have their own address; some none, one that is none, or the one of the user before them."""
    throw = dice.below(1000)
    if throw < 60:
        return ""
    if throw < 85 and not world.plan.is_general(user_id - 1):
        return _own_email(world, user_id - 1, client_id, dice).upper()
    own = _own_email(world, user_id, client_id, dice)
    if throw < 100:
        local, host = own.split("@")
        return dice.pick(_INVALID_MAILS).format(local=local, host=host)
    if throw < 103:
        return f"{own}; office@{own.split('@')[1]}"
    return dice.pick(("{0}",) * 25 + ("{0} ", " {0}")).format(own.title() if throw < 120 else own)


def _own_email(world, user_id: int, client_id: int, dice: Dice) -> str:
    first, last = _who(world, user_id, _place(world, client_id))
    number = world.plan.client_number(client_id)
    personal = number == 0 or noise(world.seed, kinds.DOMAIN, user_id, 3) % 40 == 0
    if personal:
        return f"{first[1]}.{last.slug}{user_id % 1000}@{_FREE_MAIL[user_id % len(_FREE_MAIL)]}"
    local = (f"{first[1]}.{last.slug}", f"{first[1][0]}{last.slug}", last.slug)[noise(world.seed, number) % 3]
    return f"{local}@{world.domain(number)}"


def _direct_line(country: str, user_id: int, dice: Dice) -> str:
    if dice.chance(0.25):
        return ""
    if dice.chance(0.03):
        return none_given(dice)
    return written(line(country, 3_000_000 + user_id), dice)
