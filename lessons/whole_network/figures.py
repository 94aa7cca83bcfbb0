"""The still figures of the whole network: where the parameters are, and the table of all switches."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from lessons.whole_network.figure2 import whiskers
from lessons.whole_network.switchboard import Effect

INK, BLUE, RED = "#222222", "#0072b2", "#d55e00"


def parameters(counts: Mapping[str, int], marked: Sequence[str]) -> tuple[Figure, str]:
    """Show how many parameters each part has, the largest first; the marked ones in red."""
    ordered = sorted(counts, key=lambda name: -counts[name])
    total = sum(counts.values())
    figure = Figure(figsize=(6.5, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.barh(
        ordered,
        [counts[name] / 1e6 for name in ordered],
        color=[RED if n in marked else BLUE for n in ordered],
    )
    for row, name in enumerate(ordered):
        share = counts[name] / total
        text = f"{counts[name] / 1e6:.3g} M, {share:.1%}" if share >= 0.001 else f"{counts[name]:,}"
        axes.annotate(
            text,
            (counts[name] / 1e6, row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    axes.set(xlabel="millions of parameters", xlim=(0, 1.25 * max(counts.values()) / 1e6))
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    for label in axes.get_yticklabels():
        label.set_color(RED if label.get_text() in marked else INK)
    listed = ", ".join(f"{name} {counts[name]:,}" for name in ordered)
    return figure, f"The {total:,} parameters of POSTER-Var at paper size, by part: {listed}."


def switches(found: Mapping[str, Effect], faces: int) -> tuple[Figure, str]:
    """Show every switch with its interval."""
    figure = Figure(figsize=(6.5, 0.6 + 0.27 * len(found)), layout="constrained")
    whiskers(figure.subplots(), list(found), found)
    listed = "; ".join(
        f"{name}: {effect.same:.1%}, {effect.points.value:+.1f} [{effect.points.low:+.1f}, {effect.points.high:+.1f}]"
        for name, effect in found.items()
    )
    return figure, f"Same answers and change of the accuracy in points, on {faces} drawn faces. {listed}."
