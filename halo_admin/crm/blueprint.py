"""Where all pages of companies, contacts and lists hang."""

from flask import Blueprint

bp = Blueprint("crm", __name__)
