"""The MSP's own records: companies, contacts, their lists and notes, opportunities."""

from importlib import import_module

# each hangs its pages on the room's one blueprint
PAGES = (
    "contact_views",
    "list_member_views",
    "list_views",
    "load_views",
    "note_views",
    "opportunity_views",
    "parting_views",
    "picking_views",
    "profile_views",
    "search_views",
    "table_views",
    "views",
)


def init_app(app):
    rooms = [import_module(f"{__name__}.{name}") for name in PAGES]
    assert len({room.bp for room in rooms}) == 1
    app.register_blueprint(rooms[0].bp)
