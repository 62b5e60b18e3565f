"""The stage rail, a stage's card, and the buttons that start, stop and answer runs."""

from flask import render_template

from .blueprint import bp


@bp.get("")
def rail():
    return render_template("importing/rail.html")


@bp.get("/<any(companies):key>")
def stage_page(key):
    return render_template("importing/rail.html", key=key)
