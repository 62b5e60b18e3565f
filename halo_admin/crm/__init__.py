"""The MSP's own records: companies, contacts and their lists, opportunities."""


def init_app(app):
    from . import (
        contact_views,
        list_member_views,
        list_views,
        note_views,
        opportunity_views,
        parting_views,
        profile_views,
        table_views,
    )
    from . import views as views

    app.register_blueprint(views.bp)
    rooms = (contact_views, list_member_views, list_views, note_views, opportunity_views, parting_views, profile_views,
             table_views)  # fmt: skip
    assert all(room.bp is views.bp for room in rooms)  # one room, one blueprint
