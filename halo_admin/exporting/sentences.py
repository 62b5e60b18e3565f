"""What Send will do, in one plain sentence: what is written where."""

from .fields import Kind

PARTS = {"client": "client {id}", "site": "its main site", "user": "Halo contact {id}"}


def promise(kind: Kind, names, is_new: bool, halo_id: int | None, links: bool = False) -> str:
    """ "Changes 3 fields of client 214 and the phone of its main site." names: of the fields that are ticked."""
    fields = [field for field in kind.fields if field.name in names]
    if not fields:
        nothing = f"Links it to {kind.theirs} {halo_id} and changes nothing in Halo."
        return nothing if links else "Tick at least one field."
    if is_new:
        return _makes(kind, fields)
    parts = [_part(on, [field for field in fields if field.on == on], halo_id) for on in _places(fields)]
    sentence = f"Changes {' and '.join(parts)}."
    return f"Links it to {kind.theirs} {halo_id}. {sentence}" if links else sentence


def new(kind: Kind) -> str:
    """What a sentence that speaks of Halo calls a new one."""
    return kind.theirs.removeprefix("Halo ")


def _makes(kind, fields):
    own = [field for field in fields if field.on != "site"]
    site = [field for field in fields if field.on == "site"]
    made = f"Makes a new {new(kind)} in Halo with {_counted(own)}"
    return f"{made}, and {_counted(site)} on its main site." if site else f"{made}."


def _places(fields):
    return dict.fromkeys(field.on for field in fields)


def _part(on, fields, halo_id):
    return f"{_counted(fields)} of {PARTS[on].format(id=halo_id)}"


def _counted(fields):
    """ "the phone", "3 fields"."""
    if len(fields) > 1:
        return f"{len(fields)} fields"
    label = fields[0].label
    return f"the {label[0].lower()}{label[1:]}"
