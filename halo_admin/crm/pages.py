"""What pages of records show of other rooms: their panels."""

from flask import render_template
from markupsafe import Markup

from .profile import panels


def drawn_panels(kind: str, record) -> list[dict]:
    """The title and the HTML of what other rooms show of a record."""
    return [
        {"title": panel["title"], "html": Markup(render_template(panel["template"], **panel["context"]))}
        for panel in panels(kind, record)
    ]
