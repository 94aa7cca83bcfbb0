"""The same person with one thing changed: another skin, another pose, or no expression at all.

A face's random numbers do not depend on what is changed (they come from its seed and number), so two pictures
of one number differ by the change alone: same person, pose, light, background and grain. The twin without an
expression is what PF-ViT calls a poker face; drawn, it is known exactly.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from drawnfaces.errors import DrawingError
from drawnfaces.expressions import check_mixture
from drawnfaces.glasses import FRAMES
from drawnfaces.identity import FACIAL_HAIR, HAIR_STYLES, Camera, Identity, Pose
from drawnfaces.names import EXPRESSIONS
from drawnfaces.nuisances import Nuisances
from drawnfaces.numbered import (
    DrawingOptions,
    DrawnFace,
    check_count,
    draw_numbered,
    draw_sampled,
    sample_face,
)

MOVED = 0.06  # of the range of grey: what differs by less is shading

_RECORDS = {
    field.name: record
    for record, of in (("identity", Identity), ("pose", Pose), ("camera", Camera))
    for field in fields(of)
}
_CHOICES = {"glasses": ("none", *FRAMES), "hair_style": HAIR_STYLES, "facial_hair": FACIAL_HAIR}


def redraw(
    options: DrawingOptions, number: int, *, expression: str | Sequence[float] | None = None, **changes: Any
) -> DrawnFace:
    """Draw the face of this number with some properties changed and all else equal.

    Args:
        expression: a name of ``names.EXPRESSIONS``, shown alone at full strength, or a mixture, (8,).
        changes: fields of ``Identity``, ``Pose`` and ``Camera`` by their names: ``skin=SKINS[6]``,
            ``glasses="round"``, ``age=0.9``, ``yaw=0.5`` and so on.

    Raises:
        DrawingError: for an unknown property (it names the nearest one) or a value that it cannot have.
    """
    for name, value in changes.items():
        if name not in _RECORDS:
            near = difflib.get_close_matches(name, [*_RECORDS, "expression"], n=1, cutoff=0)[0]
            raise DrawingError(f'a drawn face has no property "{name}"; did you mean "{near}"?')
        if name in _CHOICES and value not in _CHOICES[name]:
            raise DrawingError(f'{name} must be one of {", ".join(_CHOICES[name])}, not "{value}"')
    face = sample_face(options, number, None if expression is None else _mixture(expression))
    for record in ("identity", "pose", "camera"):
        chosen = {name: value for name, value in changes.items() if _RECORDS[name] == record}
        face = replace(face, **{record: replace(getattr(face, record), **chosen)})
    return draw_sampled(options, face)


def draw_neutral_twin(options: DrawingOptions, number: int) -> DrawnFace:
    """Draw the person of this number, as they are in that picture, without an expression."""
    return redraw(options, number, expression="neutral")


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """N persons, each with and without an expression."""

    expressive: np.ndarray  # (N, C, size, size) uint8
    poker: np.ndarray  # (N, C, size, size) uint8: their neutral twins
    moved: np.ndarray  # (N, size, size) bool: where some channel differs by more than MOVED
    mixture: np.ndarray  # (N, 8): of the expressive faces
    identity: tuple[Identity, ...]  # N: who they are


def draw_pairs(
    count: int,
    seed: int,
    *,
    expressions: Sequence[str] = EXPRESSIONS[1:],
    nuisances: str | Nuisances = "studio",
    size: int = 48,
    colour: bool = False,
    ambiguous: float = 0.0,
) -> Pairs:
    """Draw the faces 0 to ``count - 1`` of a seed, whose main expressions are these, with their neutral twins.

    Raises:
        DrawingError: for an argument out of range or an unknown name.
    """
    check_count("count", count, least=1)
    for name in expressions:
        _mixture(name)  # refuses an unknown one
    shares = np.isin(EXPRESSIONS, expressions) / max(len(set(expressions)), 1)
    options = DrawingOptions(
        seed=seed,
        size=size,
        colour=colour,
        ambiguous=ambiguous,
        proportions=shares.tolist(),
        nuisances=nuisances,
    )
    drawn = [draw_numbered(options, number) for number in range(count)]
    expressive = np.stack([face.image for face in drawn])
    poker = np.stack([draw_neutral_twin(options, number).image for number in range(count)])
    change = np.abs(expressive.astype(int) - poker).max(axis=1)  # (N, size, size)
    return Pairs(
        expressive=expressive,
        poker=poker,
        moved=change > MOVED * 255,
        mixture=np.stack([face.mixture for face in drawn]),
        identity=tuple(sample_face(options, number).identity for number in range(count)),
    )


def _mixture(expression: str | Sequence[float]) -> np.ndarray:
    if not isinstance(expression, str):
        return check_mixture(expression)
    if expression not in EXPRESSIONS:
        raise DrawingError(f'an expression is one of {", ".join(EXPRESSIONS)}, not "{expression}"')
    return np.eye(len(EXPRESSIONS))[EXPRESSIONS.index(expression)]
