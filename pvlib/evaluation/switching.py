"""What a switched part does to the answers on the same faces, see :mod:`pvlib.models.switches`."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.evaluation.comparison import compare
from pvlib.evaluation.evaluate import evaluate_predictions
from pvlib.evaluation.prediction import predict
from pvlib.evaluation.record import Evaluation
from pvlib.models.poster import Poster
from pvlib.models.switches import CHOICES, switched

_PARTS = (*CHOICES, "level_means")


def read_switch(text: str) -> dict[str, Any]:
    """Return the arguments of :func:`switched`: "gate=one", "attention=off@1,2" of those levels, "level_means=3".

    Raises:
        CourseError: for another form or part; an unknown choice is for ``switched`` to refuse.
    """
    part, _, rest = text.partition("=")
    if part not in _PARTS:
        nearest = get_close_matches(part, _PARTS, n=1, cutoff=0)[0]
        raise CourseError(f'--switch {text}: there is no part "{part}"; did you mean "{nearest}"?')
    choice, at, listed = ("", "@", rest) if part == "level_means" else rest.partition("@")
    if not at:
        return {part: choice}
    if part not in ("attention", "level_means") or not set(listed.split(",")) <= {"1", "2", "3"}:
        raise CourseError(f"--switch {text}: only attention has levels, 1, 2 or 3, as in attention=off@1,2")
    levels = tuple(int(level) for level in listed.split(","))
    return {part: choice, "levels": levels} if choice else {part: levels}


def switch_difference(
    own: Evaluation,
    network: Poster,
    faces: Faces,
    parts: Mapping[str, Any],
    *,
    replicates: int = 1000,
    seed: int = 0,
    **settings: Any,
) -> dict[str, Any]:
    """Return, in plain JSON values, what changes when ``parts`` of the network are switched.

    Beside ``changed``, how many answers are others, it has the numbers of :func:`compare`: differences are
    switched − own, and ``only_first`` counts faces that only the switched network gets right.

    Args:
        own: of the network as it is, on the same faces and with the same ``settings`` (of :func:`predict`).
        parts: arguments of :func:`switched`, e.g. {"gate": "one"}.
        replicates: resamples of the faces.
    """
    with switched(network, **{"seed": seed, **parts}):
        theirs = evaluate_predictions([predict(network, faces, **settings)], samples=1, replicates=0)
    answers = [said.probabilities.argmax(dim=1) for said in (theirs, own)]
    return {
        "changed": int((answers[0] != answers[1]).sum()),
        "accuracy": theirs.metrics["accuracy"].value,
        **compare(theirs, own, replicates=replicates, seed=seed),
    }
