"""Routes compiled once a process: nearly every test makes an app, and all have the same routes."""

from werkzeug.routing import Rule


class CompiledOnce(Rule):
    """A route whose builders are kept for the next app: they know nothing of the app they were compiled for."""

    kept = {}

    def _compile_builder(self, append_unknown=True):
        key = (self.rule, tuple(self._trace), tuple(sorted((self.defaults or {}).items())), append_unknown)
        if key not in self.kept:
            self.kept[key] = super()._compile_builder(append_unknown)
        return self.kept[key]
