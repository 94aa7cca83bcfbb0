"""Loading the faces of a split of FER+ that a rule keeps."""

from pathlib import Path

from pvlib.data.faces import Faces
from pvlib.data.ferplus.owners import FERPLUS_SET
from pvlib.data.ferplus.rules import apply_rule, released_target, vote_distribution
from pvlib.data.labels import FERPLUS
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError

TARGETS = ("rule", "votes", "released")


def load_ferplus(
    path: str | Path,
    split: str,
    rule: str = "majority",
    target: str = "rule",
    without_duplicates: bool = False,
) -> Faces:
    """Return the faces of one split that a rule keeps, from a file that ``data_scripts/prepare_ferplus.py`` wrote.

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
