"""The one exception of this package."""


class DrawingError(ValueError):
    """What was asked for cannot be drawn; the message, one line, names what is wrong and what would do."""
