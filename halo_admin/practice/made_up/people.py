"""Users (Halo's word for a customer's contacts): General Users, people, service accounts, an agent's own user."""

from . import kinds
from .dice import Dice, noise
from .phones import line, mobile, none_given, written
from .plan import UNKNOWN_CLIENT

_FREE_MAIL = ("gmail.com", "outlook.com", "gmx.de", "yahoo.co.uk", "orange.fr")
_SERVICES = ("Scanner", "Backup Service", "noreply", "Monitoring", "Fax2Mail")
_TITLES = ("", "", "", "", "CEO", "Office Manager", "Mr", "Frau", "Directrice", "IT-Leiter", "Dr.")
_WAYS_OF_NAMING = ("{0} {1}",) * 12 + ("{1}, {0}", " {0} {1}", "{0} {1} ")
_INVALID_MAILS = ("{local}", "{local}@", "{local}@{host},", "{local} at {host}", "n/a", "{local}@@{host}", "unknown@")


def user(world, user_id: int) -> dict:
    """A user as the tenant keeps it; it has a client only through its site."""
    site_id = world.plan.site_of(user_id)
    common = {"id": user_id, "site_id": site_id, "linked_agent_id": 0, "isserviceaccount": False, "is_prospect": False,
              "isimportantcontact": False, "neversendemails": False, "homenumber": "", "notes": "", "department": "",
              "inactive": False}  # fmt: skip
    if world.plan.is_general(user_id):
        return common | _nameless("General User")
    common["inactive"] = world.user_is_off(user_id)
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
    number = world.plan.client_number(client_id)
    place = world.pools.places[world.company_name(number)[2]]
    first, last, _ = who = _who(world, user_id, place)
    split_up = not dice.chance(0.03)  # some have nothing but the full name
    return {
        "name": dice.pick(_WAYS_OF_NAMING).format(first[0], last.name),
        "firstname": first[0] if split_up else "",
        "surname": last.name if split_up else "",
        "title": dice.pick(_TITLES),
        "emailaddress": _email(world, user_id, number, who, dice),
        "phonenumber": _direct_line(place.code, user_id, dice),
        "mobilenumber": mobile(place.code, user_id, dice) if dice.chance(0.4) else "",
        "department": dice.pick(("", "", "", "Sales", "Einkauf", "Accounts")),
        "linked_agent_id": 2 + user_id % 5 if dice.chance(0.004) and world.size.agents >= 6 else 0,
        "is_prospect": dice.chance(0.5 if client_id == UNKNOWN_CLIENT else 0.02),
        "isimportantcontact": dice.chance(0.05),
        "neversendemails": dice.chance(0.03),
    }


def _who(world, user_id: int, place):
    """Given name (as a pair), surname and a number for more: both names of the client's country, most of the time."""
    chance = noise(world.seed, kinds.PERSON, user_id)
    surnames = world.pools.surnames if chance % 8 == 0 else place.surnames
    last = surnames[(chance >> 8) % len(surnames)]
    given = world.pools.places[last.place].given_names
    return given[(chance >> 32) % len(given)], last, chance >> 48


def _email(world, user_id: int, number: int, who, dice: Dice) -> str:
    """Most have their own address; some none, one that is none, or the one of the user before them."""
    throw = dice.below(1000)
    if throw < 60:
        return ""
    if throw < 85 and not world.plan.is_general(user_id - 1):
        place = world.pools.places[world.company_name(number)[2]]
        return _own_email(world, user_id - 1, number, _who(world, user_id - 1, place)).upper()
    own = _own_email(world, user_id, number, who)
    if throw < 100:
        local, host = own.split("@")
        return dice.pick(_INVALID_MAILS).format(local=local, host=host)
    if throw < 103:
        return f"{own}; office@{own.split('@')[1]}"
    return own.title() if throw < 120 else f"{own} " if throw < 140 else f" {own}" if throw < 160 else own


def _own_email(world, user_id: int, number: int, who) -> str:
    """An address at the client's domain, in the client's own way, or a personal one."""
    first, last, chance = who
    if number == 0 or chance % 40 == 0:
        return f"{first[1]}.{last.slug}{user_id % 1000}@{_FREE_MAIL[user_id % len(_FREE_MAIL)]}"
    local = (f"{first[1]}.{last.slug}", f"{first[1][0]}{last.slug}", last.slug)[number % 3]
    return f"{local}@{world.domain(number)}"


def _direct_line(country: str, user_id: int, dice: Dice) -> str:
    if dice.chance(0.25):
        return ""
    if dice.chance(0.03):
        return none_given(dice)
    return written(line(country, 3_000_000 + user_id), dice)
