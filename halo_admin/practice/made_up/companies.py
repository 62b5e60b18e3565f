"""Clients and their sites, with what makes them hard to match: shared phones, odd websites, doubtful names."""

from . import kinds
from .dice import Dice, noise
from .phones import line, none_given, plain, written
from .plan import UNKNOWN_CLIENT
from .pools import slug

TRADES = (
    "Advisory", "Analytics", "Architects", "Audio", "Automation", "Aviation", "Bau", "Bikes", "Biotech", "Brewing",
    "Catering", "Ceramics", "Chemicals", "Clinic", "Coffee", "Consulting", "Dental", "Design", "Digital", "Electronics",
    "Energy", "Engineering", "Events", "Films", "Finance", "Foods", "Forwarding", "Furniture", "Glass", "Hotels",
    "Immobilien", "Insurance", "Interiors", "Kitchens", "Labs", "Law", "Lighting", "Logistics", "Machines", "Marine",
    "Media", "Metal", "Mobility", "Optics", "Packaging", "Paper", "Pharma", "Plastics", "Print", "Robotics",
    "Security", "Shoes", "Software", "Solar", "Studios", "Systems", "Textiles", "Tools", "Travel", "Wines",
)  # fmt: skip

_WEBSITES = (
    "https://www.{host}/", "https://{host}", "{host}", "www.{host}", "HTTP://{upper}/about",
    "https://{host}/de?utm_source=halo&utm_medium=crm", "http://www.{host}/index.php", "https://{host}:443/#top",
)  # fmt: skip
_NOBODYS_WEBSITES = (
    "https://www.facebook.com/{word}", "https://www.linkedin.com/company/{word}/", "https://{word}.wixsite.com/home",
    "https://instagram.com/{word}", "gmail.com", "https://www.t-online.de", "n/a", "-", "under construction",
    "http://192.168.10.4/", "http://localhost", "ask {word}",
)  # fmt: skip

# A prime above any number of names there can be, so that stepping by it comes to every name once.
_STRIDE = 1_000_003
_BLOCK = 50


def company_name(world, number: int) -> tuple[str, str, int]:
    """Surname and trade of a client (no two clients have both) and the place it is in, by client number."""
    surnames = world.pools.surnames
    spot = (number * _STRIDE + noise(world.seed, kinds.CLIENT)) % (len(surnames) * len(TRADES))
    surname = surnames[spot % len(surnames)]
    return surname, TRADES[spot // len(surnames)], surname.place


def domain(world, number: int) -> str:
    """The registrable domain of a client; about one in a hundred uses the domain of the client before it."""
    chance = noise(world.seed, kinds.DOMAIN, number)
    owner = number - 1 if number > 1 and chance % 100 == 0 else number
    surname, trade, place = world.company_name(owner)
    ends = world.pools.places[place].domain_ends
    dash = "-" if owner % 3 else ""
    return f"{surname.slug}{dash}{slug(trade)}.{ends[noise(world.seed, kinds.DOMAIN, owner, 1) % len(ends)]}"


def client(world, client_id: int) -> dict:
    """A client as the tenant keeps it. Ids of types and relationships are those of `settings`."""
    if client_id == UNKNOWN_CLIENT:
        return _unknown(world)
    number = world.plan.client_number(client_id)
    dice = Dice(world.seed, kinds.CLIENT, number)
    relationships, customer_type = _types(dice)
    return {
        "id": client_id,
        "name": _full_name(world, number, dice),
        "toplevel_id": 3 if dice.chance(0.05) else 2,
        "inactive": world.client_is_off(client_id),
        "customertype": customer_type,
        "customer_relationship": relationships,
        "accountmanagertech": dice.pick((0, 1, 2, 3, 4, 5, 6)) if world.size.agents >= 6 else 0,
        "is_vip": dice.chance(0.03),
        "is_account": 2 in relationships,
        "website": _website(world, number, dice),
        "domain": world.domain(number) if dice.chance(0.3) else "",
        "main_site_id": world.plan.sites_of(client_id)[0],
        "main_contact_id": 0,
        "accountsemailaddress": f"accounts@{world.domain(number)}" if dice.chance(0.3) else "",
        "ref": f"C-{number:05d}" if dice.chance(0.5) else "",
        "notes": dice.pick(("", "", "", "Pays late.", "Backup runs at 02:00.\r\nCall before visiting.")),
    }


def site(world, site_id: int) -> dict:
    """A site as the tenant keeps it; the first one of a client is the main one and holds its phone."""
    client_id = world.plan.client_of(site_id)
    number = world.plan.client_number(client_id)
    rank = site_id - world.plan.sites_of(client_id)[0]
    dice = Dice(world.seed, kinds.SITE, site_id)
    place = world.pools.places[world.company_name(number)[2]]
    main_is_off = rank == 0 and world.client_is_off(client_id) and dice.chance(0.8)
    return {
        "id": site_id,
        "client_id": client_id,
        "name": "Unknown" if number == 0 else dice.pick(("Main", "Main", "Main", "HQ", "Head Office")) if rank == 0
        else dice.pick(("Warehouse", "Branch", "Lager Süd", "Showroom", "Main (old)")),
        "inactive": main_is_off or (rank > 0 and dice.chance(0.25)),
        "phonenumber": "" if number == 0 else _site_phone(world, number, place.code, rank, dice),
        "maincontact_id": 0,
        "notes": "",
        **(_no_address() if number == 0 else _address(place, dice)),
    }  # fmt: skip


def _unknown(world) -> dict:
    return {
        "id": UNKNOWN_CLIENT, "name": "Unknown", "toplevel_id": 2, "inactive": False, "customertype": 0,
        "customer_relationship": [], "accountmanagertech": 0, "is_vip": False, "is_account": False, "website": "",
        "domain": "", "main_site_id": world.plan.sites[0], "main_contact_id": 0, "accountsemailaddress": "", "ref": "",
        "notes": "",
    }  # fmt: skip


def _full_name(world, number: int, dice: Dice) -> str:
    """Some clients bear the name of the one before them, in another case and with another legal form."""
    twin = number > 1 and dice.chance(0.01)
    surname, trade, place = world.company_name(number - 1 if twin else number)
    form = dice.pick(world.pools.places[place].legal_forms)
    core = dice.pick(("{0} {1}", "{0} {1}", "{0} & Co. {1}", "{1} {0}", "{0}  {1}", "{0}-{1}")).format(
        surname.name, trade
    )
    name = f"{core} {form}".strip()
    if twin:
        return name.upper()
    return dice.pick(("{0}",) * 38 + ("{0} ", "{0} 🚀")).format(name)


def _types(dice: Dice) -> tuple[list[int], int]:
    """Relationships (several on some, the first counts) and customer type (14 is in no lookup any more)."""
    one_type = dice.pick((1, 1, 1, 1, 2, 2, 3, 5, 8))
    relationships = dice.pick(([1], [1], [2], [3], [4], [1, 4], [2, 1], [5, 2, 4]))
    return dice.pick(
        (
            (relationships, 0), (relationships, 0), (relationships, 0), (relationships, one_type),
            ([], one_type), ([], one_type), ([], one_type), ([], one_type), ([], 0), ([], dice.pick((14, 12, 0))),
        )
    )  # fmt: skip


def _website(world, number: int, dice: Dice) -> str:
    if dice.chance(0.22):
        return ""
    host = world.domain(number)
    if dice.chance(0.1):
        return dice.pick(_NOBODYS_WEBSITES).format(word=host.split(".")[0])
    return dice.pick(_WEBSITES).format(host=host, upper=host.upper())


def _site_phone(world, number: int, country: str, rank: int, dice: Dice) -> str:
    """A few clients of each fifty share one switchboard."""
    if dice.chance(0.08):
        return none_given(dice)
    shares = noise(world.seed, kinds.SWITCHBOARD, number) % 100 < 6
    owner = number // _BLOCK * _BLOCK + 1 if shares else number
    if shares:
        country = world.pools.places[world.company_name(owner)[2]].code
    parts = line(country, owner * 4 + rank)
    return plain(parts) if dice.chance(0.3) else written(parts, dice)


def _address(place, dice: Dice) -> dict:
    if dice.chance(0.05):
        return _no_address()
    city, region, postcode = dice.pick(place.towns)
    return {
        "line1": dice.pick(place.streets),
        "line2": dice.pick(("", "", "", "", "2nd floor", "c/o Reception", "Building C")),
        "line3": city,
        "line4": "" if dice.chance(0.3) else region,
        "line5": postcode,
        "country": "" if dice.chance(0.2) else place.country,
    }


def _no_address() -> dict:
    return {"line1": "", "line2": "", "line3": "", "line4": "", "line5": "", "country": ""}
