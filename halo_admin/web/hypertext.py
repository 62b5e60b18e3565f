"""How htmx is set up on every page, for a site whose content security policy allows no inline script or style."""

import json

# An error's fragment goes to the messages on top, so that a polling element stays and keeps asking; 422 is a form
# that comes back with its message and takes its own place.
ANSWERS = [
    {"code": "204", "swap": False},
    {"code": "[23]..", "swap": True},
    {"code": "422", "swap": True},
    {"code": "...", "swap": True, "error": True, "target": "#messages", "swapOverride": "innerHTML"},
]
CONFIG = {
    "includeIndicatorStyles": False,
    "allowEval": False,
    "allowScriptTags": False,
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": True,
    "responseHandling": ANSWERS,
    "attributesToSettle": ["class", "width", "height"],  # htmx copies "style" as well, which the policy forbids
}


def init_app(app):
    app.jinja_env.globals["htmx_config"] = json.dumps(CONFIG)
