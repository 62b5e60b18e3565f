"""A real Chromium for tests: every console error fails the test, and screenshots are kept as artifacts."""

import re
from contextlib import contextmanager

from playwright.sync_api import TimeoutError as NotInTime
from playwright.sync_api import expect, sync_playwright

from tests.processes import ROOT
from tests.waiting import PATIENCE_SECONDS, until
from tools.chromium import HOW, chromium

ARTIFACTS = ROOT / "artifacts"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
DARK, LIGHT = (("dark", PHONE),), (("light", DESKTOP),)
LOOKS = DARK + LIGHT
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 1000 * PATIENCE_SECONDS
expect.set_options(timeout=PATIENCE_MS)
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# the id of what has the focus, and its label or text
HOLDS_FOCUS = "(at => [at.id, (at.ariaLabel || at.textContent).trim()])(document.activeElement)"
# Chromium logs every answer above 399; a rejected form's is part of the plan. A request that a click on a link cuts
# off is no failure either, nor one that htmx gives up for a newer one.
HARMLESS = ("status of 422", "net::ERR_ABORTED", "htmx:sendAbort", "htmx:afterRequest")


class Complaints:
    """What a page complained of: console errors, uncaught errors, requests that failed."""

    def __init__(self):
        self.texts, self.forgiven = [], list(HARMLESS)

    def watch(self, page):
        page.on("console", lambda message: message.type == "error" and self.texts.append(_where(message)))
        page.on("pageerror", lambda error: self.texts.append(f"uncaught: {error}"))
        page.on("requestfailed", lambda request: self.texts.append(f"{request.failure}: {request.url}"))

    def forgive(self, text):
        """For a test that brings an error about: complaints with this text in them do not count."""
        self.forgiven.append(text)

    def that_count(self):
        return [text for text in self.texts if not any(harmless in text for harmless in self.forgiven)]


def _where(message):
    return f"console: {message.text} ({message.location.get('url')})"


class Browser:
    """A running Chromium."""

    def __init__(self):
        path = chromium()
        assert path, HOW
        self._playwright = sync_playwright().start()
        self.chromium = self._playwright.chromium.launch(executable_path=path, args=FLAGS)

    def stop(self):
        self.chromium.close()
        self._playwright.stop()


def sign_in(page, site, path="/", email="ann@example.com", password="a long password"):
    """Sign somebody in, with script or without, on the way to the page at this path."""
    page.goto(f"{site}{path}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Sign out").first.wait_for(state="attached")
    page.wait_for_load_state()


def wait_for_focus(page, what):
    """Until the focus is on the element with this id, label or text."""
    try:
        page.wait_for_function(f"what => {HOLDS_FOCUS}.includes(what)", arg=what)
    except NotInTime:
        raise AssertionError(f"the focus is on {page.evaluate(HOLDS_FOCUS)}, not on {what}") from None


def tab_to(page, what):
    """Press Tab until the focus is on the element with this id, or whose label or text begins so.

    Once the page is loaded: before that htmx does not hear what is typed and pressed.
    """
    page.wait_for_load_state()
    for _ in range(60):
        page.keyboard.press("Tab")
        held, told = page.evaluate(HOLDS_FOCUS)
        if held == what or told.startswith(what):
            return
    raise AssertionError(f"Tab does not come to {what}")


def in_sight(page):
    """Whether what has the focus comes to be on the screen with nothing above its middle."""
    try:
        page.wait_for_function(
            """() => {
          const { left, top, width, height } = document.activeElement.getBoundingClientRect();
          const seen = document.elementFromPoint(left + width / 2, top + height / 2);
          return Boolean(seen) && (document.activeElement.contains(seen) || seen.contains(document.activeElement));
        }"""
        )
    except NotInTime:
        return False
    return True


def press(page, what, key="Enter"):
    """Press a key on what Tab comes to."""
    tab_to(page, what)
    page.keyboard.press(key)


def settled(page):
    """Wait until htmx is done with what it has brought in."""
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


@contextmanager
def late_answer(page, query):
    """What is asked for by addresses with this query meanwhile is answered afterwards, and htmx is done with it."""
    held, asked = [], re.compile(re.escape(query))
    page.route(asked, lambda route: held.append(route))
    yield
    until(lambda: held or page.wait_for_timeout(20))
    with page.expect_response(asked):
        for route in held:
            route.continue_()
    page.unroute(asked)
    settled(page)


def looked_at(page, name):
    """Keep the page as pictures, without anything that axe finds wrong."""
    assert barriers(page) == []
    shot(page, name)


def shot(page, name):
    """Keep the page as pictures in artifacts/: a dark phone and a light desktop, as which it is left."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.wait_for_load_state()
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        device = "phone" if size == PHONE else "desktop"
        page.screenshot(path=ARTIFACTS / f"{name}-{device}-{scheme}.png", full_page=True, animations="disabled")


def barriers(page, looks=LOOKS):
    """What axe finds wrong with the page for people with disabilities, on a dark phone and on a light desktop.

    A list of "rule: element"; empty is good. Leaves the page at desktop, light.
    """
    page.wait_for_load_state()
    page.evaluate(AXE.read_text())
    found = []
    for scheme, size in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        rules = page.evaluate("axe.run({ resultTypes: ['violations'] }).then(result => result.violations)")
        found += [f"{rule['id']} ({scheme}): {' '.join(node['target'])}" for rule in rules for node in rule["nodes"]]
    return found
