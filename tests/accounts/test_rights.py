"""Who may do what: every page and command of the site, with every role, signed out, and as another account's admin."""

import click
import pytest

from halo_admin.accounts import people, rights
from halo_admin.accounts.rights import Right
from halo_admin.db import begin_write, db
from halo_admin.importing.models import ImportRun
from tests.importing.world import World

ROLES = {"admin": ["admin"], "salesperson": ["salesperson"], "marketer": ["marketer"], "no type": []}
RIGHTS = {
    "admin": {Right.LOOK, Right.WORK, Right.SEND, Right.SETTLE},
    "salesperson": {Right.LOOK, Right.WORK, Right.SEND},  # may send as an account begins
    "marketer": {Right.LOOK, Right.WORK, Right.SEND},
    "no type": {Right.LOOK},
}
PASSWORD = "a long password"


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path) as world:
        begin_write()
        for role, roles in ROLES.items():
            people.add_user(world.account, _email(role), role.title(), roles, PASSWORD)
        db.session.commit()
        yield world


def _email(role):
    return f"{role.replace(' ', '-')}@example.com"


def _client(world, email):
    client = world.app.test_client()
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
    return client


def _routes(app):
    """[(method, address, endpoint)] of all there are, with ids that nothing has."""
    urls = app.url_map.bind("localhost")
    return [
        (method, urls.build(rule.endpoint, _no_ids(rule), method=method), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def _no_ids(rule):
    return {name: 987_654_321 if name.endswith("_id") else "nothing" for name in rule.arguments}


def _commands(group, words=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


def test_every_page_has_its_line_in_the_table(world):
    missing = {rule.endpoint for rule in world.app.url_map.iter_rules()} - set(rights.RIGHT_OF)
    assert not missing, f"say in halo_admin/accounts/rights.py who may open {sorted(missing)}"


def test_every_line_of_the_table_is_a_page_or_a_command_once(world):
    pages = [endpoint for endpoints in rights.PAGES.values() for endpoint in endpoints]
    commands = [words for several in rights.COMMANDS.values() for words in several]
    assert sorted(pages) == sorted({rule.endpoint for rule in world.app.url_map.iter_rules()})
    every = {words for words, _ in _commands(world.app.cli)}
    assert all(words in every or any(one[:1] == words for one in every) for words in commands)
    assert len(commands) == len(set(commands))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_just_the_pages_it_may(world, role):
    client = _client(world, _email(role))
    for method, address, endpoint in _routes(world.app):
        if endpoint in ("accounts.sign_out", "accounts.sign_out_everywhere"):
            continue  # the client is to stay signed in
        asked = rights.RIGHT_OF[endpoint]
        refused = client.open(address, method=method).status_code == 403
        db.session.rollback()
        assert refused == (asked is not Right.NOTHING and asked not in RIGHTS[role]), (method, address)


def test_who_is_signed_out_gets_the_sign_in_page_or_is_sent_there(world):
    for method, address, endpoint in _routes(world.app):
        page = world.app.test_client().open(address, method=method)
        fragment = world.app.test_client().open(address, method=method, headers={"HX-Request": "true"})
        if rights.RIGHT_OF[endpoint] is Right.NOTHING:
            assert "/sign-in" not in page.headers.get("Location", ""), address
        else:
            assert (page.status_code, page.location.partition("?")[0]) == (302, "/sign-in"), address
            assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/sign-in"), address


def test_a_page_without_a_line_is_refused_to_everybody(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        world.app._got_first_request = False  # as when a room adds its pages
        world.app.add_url_rule("/forgotten", "forgotten", lambda: "open")
        assert world.app.test_client().get("/forgotten").location.startswith("/sign-in")
        assert _client(world, world.ann.email).get("/forgotten").status_code == 403


def test_every_command_has_its_line_and_those_of_an_account_act_for_a_person(world):
    for words, command in _commands(world.app.cli):
        assert rights.right_to_run(words), words
        options = {option for one in command.params for option in one.opts}
        assert ("--as" in options) == (rights.right_to_run(words) is not Right.NOTHING), words


@pytest.mark.parametrize("role", ROLES)
def test_a_command_refuses_people_without_the_right(world, role):
    run = world.app.test_cli_runner().invoke
    for words, command in _commands(world.app.cli):
        asked = rights.right_to_run(words)
        if asked is Right.NOTHING or asked in RIGHTS[role]:
            continue
        done = run(args=[*words, *_arguments(command), "--account", str(world.account.id), "--as", _email(role)])
        assert done.exit_code == 1, (words, done.output)
        assert "may not do this: it is for admins" in done.output, words


def _arguments(command):
    """Something for everything that a command cannot do without."""
    told = []
    for one in command.params:
        if isinstance(one, click.Argument):
            told.append(one.type.choices[0] if isinstance(one.type, click.Choice) else _some(one.type))
        elif one.required and one.name != "account_id":
            told += [one.opts[0]] if one.is_flag else [one.opts[0], "https://example.com"]
    return told


def _some(kind):
    if kind is click.INT:
        return "1"
    return __file__ if kind.file_okay else "."


def test_a_command_acts_for_the_person_named(world):
    started = [
        "halo",
        "read",
        "companies",
        "--inline",
        "--account",
        str(world.account.id),
        "--as",
        "ADMIN@example.com ",
    ]
    assert world.app.test_cli_runner().invoke(args=started).exit_code == 0
    assert db.session.query(ImportRun).one().by_name == "Admin"


def test_a_command_names_only_people_of_its_account_who_can_sign_in(world):
    _, other = world.new_account("Cleo's MSP", "cleo@example.com")
    begin_write()
    people.add_user(world.account, "gone@example.com", "Gone", ["admin"], PASSWORD).active = False
    db.session.commit()
    for email in (other.email, "gone@example.com", "nobody@example.com"):
        done = world.app.test_cli_runner().invoke(
            args=["halo", "map", "--account", str(world.account.id), "--as", email]
        )
        assert done.exit_code == 1
        assert f"Nobody with the e-mail {email} can sign in to account {world.account.id}." in done.output
