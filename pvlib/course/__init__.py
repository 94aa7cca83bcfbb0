"""Build the lessons, run them, and check answers."""

from pvlib.course.outputs import record

__all__ = ["record"]
