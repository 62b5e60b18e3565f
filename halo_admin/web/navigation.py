"""Where one can go: the left bar, the person menu, and the second column of Account Settings.

A link is shown once its page exists, and only to people who may open it.
"""

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, request, url_for
from flask_login import current_user


@dataclass(frozen=True)
class Place:
    """A page of the site. It counts as "here" for every address below its own, but for those of a place below."""

    endpoint: str
    label: str
    icon: str
    admins_only: bool = False
    below: tuple["Place", ...] = ()

    @property
    def url(self):
        return url_for(self.endpoint)

    @property
    def here(self):
        mine = request.path == self.url or request.path.startswith(self.url + "/")
        return mine and not any(place.shown and place.here for place in self.below)

    @property
    def shown(self):
        return self.endpoint in current_app.view_functions and (current_user.is_admin or not self.admins_only)


HOME = Place("home.home", "Home", "home")
CONTACTS, COMPANIES = Place("crm.contacts", "Contacts", "users"), Place("crm.companies", "Companies", "building")
LISTS = Place("crm.all_lists", "Lists", "list-details")
OPPORTUNITIES = Place("crm.opportunities", "Opportunities", "target-arrow")
# the left bar: (title of a group, its places)
MAIN = (("", (HOME,)), ("Contacts", (CONTACTS, COMPANIES, LISTS)), ("", (OPPORTUNITIES,)))
PHONE = (HOME, COMPANIES, CONTACTS, OPPORTUNITIES)
PROFILE = Place("accounts.profile", "My profile", "user-circle")
HISTORY = Place("importing.history", "History of imports", "history", admins_only=True)
HALO = Place("importing.rail", "Halo PSA", "plug-connected", admins_only=True, below=(HISTORY,))
GENERAL = Place("settings.account", "General", "adjustments-horizontal", admins_only=True)
PEOPLE = Place("people.page", "Users", "users-group", admins_only=True)
AUDIT = Place("audit.page", "Audit", "list-search", admins_only=True)
SETTINGS = (("", (GENERAL, PEOPLE)), ("Integrations", (HALO, HISTORY)), ("Safety", (AUDIT,)))

bp = Blueprint("web", __name__)


def init_app(app):
    app.register_blueprint(bp)
    app.jinja_env.globals.update(
        main_links=main_links,
        phone_links=phone_links,
        group_links=group_links,
        person_links=person_links,
        settings_links=settings_links,
        in_settings=in_settings,
        home_url=home_url,
        has_page=has_page,
    )


def main_links():
    """[(title, places)] of the left bar."""
    return _shown(MAIN)


def phone_links():
    """The bar at the bottom of a phone."""
    return [place for place in PHONE if place.shown]


def group_links():
    """The places of the group one is in, for a phone, whose bar has not all of them."""
    groups = [places for title, places in main_links() if title and any(place.here for place in places)]
    return groups[0] if groups else []


def settings_links():
    """[(title, places)] of the second column."""
    return _shown(SETTINGS)


def person_links():
    """What the person menu offers beside signing out: Account Settings opens at its first page."""
    places = [place for _, places in settings_links() for place in places]
    settings = [{"label": "Account Settings", "icon": "settings", "url": places[0].url}] if places else []
    return ([PROFILE] if PROFILE.shown else []) + settings


def _shown(groups):
    shown = [(title, [place for place in places if place.shown]) for title, places in groups]
    return [(title, places) for title, places in shown if places]


def has_page(endpoint):
    """Whether the site has this page yet."""
    return endpoint in current_app.view_functions


def in_settings():
    return request.path.startswith("/settings/")


@bp.get("/settings/")
def settings():
    """Account Settings open at the first page that the person may see."""
    places = [place for _, places in settings_links() for place in places]
    return redirect(places[0].url if places else home_url())


def home_url():
    """Where the brand leads: home, or the sign-in page."""
    return HOME.url if current_user.is_authenticated and HOME.shown else url_for("accounts.sign_in")
