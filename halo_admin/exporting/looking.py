"""The live look: is the record linked, does Halo hold it still, and what; if it is not linked, what is like it?"""

from ..db import db, now
from ..web.words import capital
from . import candidates
from . import sides as both
from .mirror import linked_row
from .sides import CALLERS, CannotRead, Sides

# what a Halo contact may be that stands for no person (halo/contacts.py)
NOBODIES = {"general user": "a general user", "service account": "a service account", "agent": "an agent's own user"}


def look(labour) -> None:
    """Looks into Halo and leaves the export at "where" or "ready", with what was found. Raises a HaloError."""
    record = labour.record()
    sides = Sides(labour.account(), labour.export.tenant_id, labour.kind)
    version, chosen = record.version, dict(labour.export.chosen)
    row = linked_row(sides, record.id)
    found = {"at": now().isoformat(), "linked": row is not None, "about": _about(record)}
    if (labour.export.found or found).get("about") != found["about"]:
        chosen = {name: value for name, value in chosen.items() if name not in ("site", "type")}  # of another one
    try:
        halo_id = row.halo_id if row else _target(labour, sides, record, chosen, found)
        held = labour.ask(lambda halo: both.ask(halo, sides.kind.halo_kind, halo_id)) if halo_id else None
    except CannotRead as error:
        _leave(labour, "failed", version, found, chosen, said=f"Halo's record cannot be read: {error}")
        return
    if halo_id and held is None:
        said = f"Halo does not hold {sides.kind.theirs} {halo_id} any more. Unlink it, or import once more, then send."
        _leave(labour, "failed", version, found, chosen, said=said)
        return
    if held is not None and row is None and (why := _unfit(sides, held)):
        said = f"{capital(sides.kind.theirs)} {halo_id} {why}"
        _leave(labour, "failed", version, found, chosen, said=said)
        return
    if held is not None:
        found |= told_of(sides, held)
    elif chosen.get("to") == "new":
        found["theirs"] = {name: list(value) for name, value in sides.theirs(None).items()}
    if sides.kind.key == "contact" and (_moves(sides, record, held) if held else chosen.get("to") == "new"):
        _place(labour, sides, record, chosen, found)
    _leave(labour, _state(found), version, found, chosen, halo_id)


def _unfit(sides, held):
    """Why one of Halo's cannot be what is linked; None where it can."""
    record = held.record
    if sides.kind.halo_kind == "client" and record.halo_id == CALLERS:
        return "is no company: Halo keeps callers there that it cannot place."
    if nobody := getattr(record, "no_person", None):
        return f"is {NOBODIES[nobody]}, and nobody in particular."
    taken = candidates.taken_by(sides, record.halo_id)
    return f"is {taken} here: unlink that first." if taken else None


def _about(record):
    """What decides which sites, or which of Halo's types, there are to choose from."""
    return record.company_id if hasattr(record, "company_id") else record.type_id


def _moves(sides, record, held):
    """Whether sending its company would put a contact to another client that Halo has."""
    differs = sides.theirs(held)["company"].key != record.company_id
    return differs and sides.client_of(record.company_id) is not None


def told_of(sides, held) -> dict:
    """What the dialog keeps of what Halo holds."""
    times = {on: at.isoformat() for on in ("client", "site", "user") if (at := held.changed_at(on))}
    return {"theirs": {name: list(value) for name, value in sides.theirs(held).items()}, "changed": times,
            "types": [[one.key, one.name or one.key] for one in getattr(held.record, "types", ())],
            "name": held.record.name, "active": held.record.active}  # fmt: skip


def _target(labour, sides, record, chosen, found):
    """The Halo id that was chosen for an unlinked record; None for a new one, or while nobody has chosen.

    Of a new one what Halo holds already is kept: should its answer be lost, none of that is taken for it.
    """
    if isinstance(chosen.get("to"), int):
        return chosen["to"]
    before = (labour.export.found or {}).get("known", ())
    if chosen.get("to") is None:
        found["candidates"], known = candidates.find(labour, sides, record)
        if not found["candidates"]:
            chosen["to"] = "new"
    else:
        known = candidates.known(labour, sides, record)
    found["known"] = sorted({*before, *known})
    if chosen.get("to") == "new":
        found["newest"] = candidates.newest(labour, sides.kind.halo_kind).top
    return None


def _place(labour, sides, record, chosen, found):
    """Where a contact is to be put: the sites of its company's client, or Halo's client for nobody's."""
    if record.company_id is None:
        found["no_company"] = True
        client_id = CALLERS if chosen.get("client") == "none" else None
    else:
        client = sides.client_of(record.company_id)
        client_id = client.halo_id if client else None
        if client is None:
            found["company_first"] = {"id": record.company_id, "name": record.company.name}
    if client_id:
        client = labour.ask(lambda halo: both.ask(halo, "client", client_id))
        sites = labour.ask(lambda halo: both.sites_of(halo, client_id))
        main = client.record.main_site_id if client else None
        found["sites"] = [[site.halo_id, site.name or f"Site {site.halo_id}", site.halo_id == main] for site in sites]
        found["sites"].sort(key=lambda one: (not one[2], one[1]))


def _state(found):
    needs_client = found.get("no_company") and "sites" not in found
    return "where" if "theirs" not in found or "company_first" in found or needs_client else "ready"


def _leave(labour, state, version, found, chosen, halo_id=None, said=None):
    with labour.writing() as export:
        export.state, export.found, export.chosen, export.ours_version = state, found, chosen, version
        export.halo_id, export.said = halo_id, export.said if said is None else said
        export.is_new = False  # whatever an earlier sending of it made: that was looked for like any other
        if state == "failed":
            export.ended_at = now()
    db.session.rollback()
