"""How a run got where it is: loss, accuracy and learning rate, epoch by epoch."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from pvlib.figures.evaluation.style import QUIET, Described, in_house_style, new_figure, quiet_grid

_ACCURACY, _MEAN_CLASS, _LOSS, _LIKELIHOOD = "#0072b2", "#56b4e9", "#222222", "#d55e00"


@in_house_style
def run_curves(history: Sequence[Mapping[str, float]], chosen_epoch: int | None = None) -> Described:
    """Show loss and accuracy of a run.

    Args:
        history: one row an epoch: epoch, loss, learning_rate and every measure on the validation faces.
        chosen_epoch: the epoch whose weights were evaluated; marked where it is given.

    Returns:
        The figure, and a description of it in words.
    """
    figure = new_figure(2.5, 5.2)
    left, right = figure.subplots(1, 2)
    _lines(
        left, "nats", history,
        {"loss": ("training loss", _LOSS), "negative_log_likelihood": ("validation NLL", _LIKELIHOOD)},
    )  # fmt: skip
    _lines(
        right, "share of validation faces", history,
        {"accuracy": ("accuracy", _ACCURACY), "mean_class_accuracy": ("mean class accuracy", _MEAN_CLASS)},
    )  # fmt: skip
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axes in (left, right):
        quiet_grid(axes)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(y=0.14)
        if chosen_epoch is not None:
            axes.axvline(chosen_epoch, color=QUIET, linewidth=0.9, linestyle=(0, (2, 2)))
        if axes.lines:
            axes.legend(loc="lower left", bbox_to_anchor=(-0.04, 1.0), handlelength=1.2, borderpad=0)
    return figure, _in_words(history, chosen_epoch)


def _lines(
    axes: Axes, unit: str, history: Sequence[Mapping[str, float]], wanted: Mapping[str, tuple[str, str]]
) -> None:
    """Draw each measure that every epoch has, by name: its words and its colour."""
    epochs = [row["epoch"] for row in history]
    marker = "o" if len(epochs) <= 30 else None
    for key, (words, colour) in wanted.items():
        if all(row.get(key) is not None for row in history):
            values = [row[key] for row in history]
            axes.plot(epochs, values, color=colour, label=words, marker=marker, markersize=3, linewidth=1.3)
    axes.set(ylabel=unit, xlabel="epoch")


def _in_words(history: Sequence[Mapping[str, float]], chosen_epoch: int | None) -> str:
    first, last = history[0], history[-1]
    said = f"Training curves over {len(history)} epochs. The training loss goes from {first['loss']:.2f} to "
    said += f"{last['loss']:.2f}"
    if last.get("accuracy") is not None:
        before, after = 100 * first["accuracy"], 100 * last["accuracy"]
        said += f", validation accuracy from {before:.1f} % to {after:.1f} %"
    chosen = f" The weights evaluated here are those after epoch {chosen_epoch}." if chosen_epoch else ""
    return f"{said}.{chosen}"
