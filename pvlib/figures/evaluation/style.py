"""One look for all figures of an evaluation; the colours of expressions are in ``pvlib.data.expression_colours``.

Figures are narrow, so that their letters can be read when a phone shows them at its own width.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, ParamSpec

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, QUIET, GRID = "#222222", "#6b6b6b", "#e3e3e3"
WIDTH = 4.6  # inches

_LOOK: Any = {
    "font.family": "sans-serif",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "svg.hashsalt": "pvlib",  # the same figure is the same file
    "pdf.fonttype": 42,
}

Arguments = ParamSpec("Arguments")
Described = tuple[Figure, str]


def in_house_style(draw: Callable[Arguments, Described]) -> Callable[Arguments, Described]:
    """Draw with the settings above and leave matplotlib's own as they were."""

    @wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Described:
        with rc_context(_LOOK):
            return draw(*args, **kwargs)

    return drawn


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure whose parts make room for each other; inches."""
    return Figure(figsize=(width, height), layout="constrained")


def quiet_grid(axes: Axes, axis: Literal["both", "x", "y"] = "both") -> None:
    """Draw a grid that lies behind everything."""
    axes.grid(axis=axis, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
