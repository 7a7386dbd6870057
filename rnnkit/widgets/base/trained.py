"""The base of live figures of a trained network, whose weights are a file that comes with the course."""

import traitlets

from rnnkit.widgets.base.figure import LiveFigure


class TrainedFigure(LiveFigure):
    """A live figure with the weights of a network in its trait `weights`: those of the course, or others.

    A subclass names the file of the course in `_weights`, and has in `_stored`, as a staticmethod, what
    `reader_of` returns for it.
    """

    _stored = None

    def with_weights(self, settings):
        """Return the settings with checked weights: those of the course where none are given."""
        given = settings["weights"] if "weights" in settings else self._stored()
        return settings | {"weights": type(self).weights.validate(self, given)}

    @traitlets.observe("weights")
    def _show_new_weights(self, change):
        was_read = self._stored.cache_info().currsize > 0  # or these weights are not those of the file
        is_stored = was_read and self.weights is self._stored()
        self._weights = type(self)._weights if is_stored else None  # a page has to be given any others
        self.show_anew()
