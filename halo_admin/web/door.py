"""The door: a view gets records of the signed-in person's account, or a 404."""

from flask import abort
from flask_login import current_user

from ..db import db, owned

LARGEST_ID = 2**63 - 1  # a database refuses to look for what lies beyond


def own(model):
    """A select of `model`, narrowed to the signed-in person's account."""
    return owned(model, current_user.account_id)


def own_or_404(model, record_id):
    """The account's own record with this id; another account's does not exist, nor does an id no database can hold."""
    record = db.session.scalar(own(model).where(model.id == record_id)) if 0 < record_id <= LARGEST_ID else None
    if record is None:
        abort(404)
    return record
