"""FER+ in one file: preparing it and loading the faces of a split that a rule keeps."""

from collections.abc import Callable
from pathlib import Path

from pvlib.data.faces import Faces
from pvlib.data.ferplus.listing import list_ferplus
from pvlib.data.ferplus.owners import FERPLUS_SET
from pvlib.data.ferplus.pixels import SIDE
from pvlib.data.ferplus.rules import apply_rule, released_target, vote_distribution
from pvlib.data.labels import FERPLUS
from pvlib.data.packing.reading import open_file
from pvlib.data.packing.report import Report
from pvlib.data.packing.writing import write_prepared
from pvlib.errors import CourseError

TARGETS = ("rule", "votes", "released")


def prepare(
    root: str | Path,
    out: str | Path,
    accept_odd_votes: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Read FER+ as its owners hand it out, under ``root``, and write the one file ``out``.

    Args:
        accept_odd_votes: let rows through whose votes do not sum to ten; the report names them.
        on_progress: see :func:`pvlib.data.packing.writing.write_prepared`.

    Raises:
        CourseError: see :func:`pvlib.data.ferplus.list_ferplus` and ``write_prepared``; ``out`` stays as it was.
    """
    return write_prepared(list_ferplus(root, accept_odd_votes), out, SIDE, on_progress=on_progress)


def load_ferplus(
    path: str | Path,
    split: str,
    rule: str = "majority",
    target: str = "rule",
    without_duplicates: bool = False,
) -> Faces:
    """Return the faces of one split that a rule keeps, from a file that :func:`prepare` wrote.

    Args:
        path: the prepared file.
        split: "train", "valid" or "test", or "train+valid".
        rule: which faces are kept, one of ``RULES``.
        target: "rule" for the rule's own label distribution, "votes" for the share of each emotion among
            all votes of the face that are for an emotion, "released" for votes / 10, whose rows sum to less
            than 1 where raters chose "unknown" or "NF".
        without_duplicates: leave out every face whose very pixels stand also in a later split, so that
            training never sees a face of "valid" or "test", nor validation one of "test".

    Returns:
        Faces with ``images`` (N, 1, 48, 48), ``target`` (N, 8), ``votes`` (N, 10), ``ids`` and ``repeated``.

    Raises:
        CourseError: the file is missing, damaged, or not a prepared FER+ file of this version; the split,
            rule or target has no such name; or the file has no face of that split.
    """
    part = FERPLUS_SET.positions(split)
    if target not in TARGETS:
        raise CourseError(f"FER+ has no target {target!r}; choose one of {', '.join(TARGETS)}")
    file = open_file(path, FERPLUS_SET)
    votes = file.columns["votes"]
    kept, distribution = apply_rule(votes, rule)  # (N,), (N, 8)
    weights = {"rule": lambda _: distribution, "votes": vote_distribution, "released": released_target}
    faces = Faces(
        images=file.images,  # (N, 1, 48, 48)
        target=weights[target](votes),  # (N, 8)
        names=FERPLUS,
        votes=votes,
        ids=file.names,
        repeated=file.repeated(part),
    )
    return faces.subset(kept & file.rows_of(split, part, without_duplicates))
