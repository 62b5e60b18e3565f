"""The blueprint of this room, on which its modules hang their routes."""

from flask import Blueprint

bp = Blueprint("exporting", __name__)
