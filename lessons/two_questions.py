"""Two questions about a part of the network, side by side: do these weights use it, and does a network need it?

The numbers are those of ``trained_without.json``, in points of accuracy against the whole network; first the network
that comes with the course, which can only be switched.
"""

from collections.abc import Mapping
from typing import Any

from lessons.trained_without import BESIDE, distinguishable, worth


def two_questions(*variants: str) -> str:
    """A table as text: for each variant and set of faces the part switched off and trained without.

    Args:
        variants: of ``pvlib ablate inside-the-network``, e.g. "no-gate".
    """
    known = worth()
    shipped = known["shipped"]
    lines = [f"the shipped network: {shipped['faces']:,} validation photographs of FER+, 95 % intervals"]
    for switch in [BESIDE[variant] for variant in variants if variant in BESIDE]:
        found = shipped["switches"][switch]["differences"]["accuracy"]
        low, high = (100 * found[end] for end in ("low", "high"))
        told = "distinguishable" if low * high > 0 else "not distinguishable from 0"
        change = f"{100 * found['value']:+.1f} points, [{low:+.1f}, {high:+.1f}]"
        lines.append(f"  switched off, {switch}: {change} for other faces: {told}")
    for name, about in known["data"].items():
        seeds = len(about["seeds"])
        lines.append(
            f"{name} faces: {about['validation_faces']:,} validation faces, {seeds} seeds, 95 % intervals"
        )
        for variant in variants:
            rows = [("trained_without", variant, f"trained without, {variant}")]
            if variant in BESIDE:
                rows.insert(0, ("switched", BESIDE[variant], f"switched off, {BESIDE[variant]}"))
            for kind, row, words in rows:
                found = known[kind][row].get(name)
                lines.append(f"  {words}: {said(found['accuracy']) if found else 'not measured'}")
    return "\n".join(lines)


def said(accuracy: Mapping[str, Any]) -> str:
    """A difference with its intervals in words; distinguishable only if neither interval contains 0."""
    parts = []
    for key, of in (("over_seeds", "other seeds"), ("over_faces", "other faces")):
        if accuracy[key] is not None:
            low, high = (100 * end for end in accuracy[key])
            parts.append(f"[{low:+.1f}, {high:+.1f}] for {of}")
    told = "distinguishable" if distinguishable(accuracy) else "not distinguishable from 0"
    return f"{100 * accuracy['difference']:+.1f} points, {', '.join(parts)}: {told}"
