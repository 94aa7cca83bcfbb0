"""What has been published on the four benchmarks, to stand beside our own numbers. Accuracy in per cent.

None of these numbers comes with an interval over seeds. The released code of POSTER and POSTER-Var keeps the
epoch that scores best on the very faces that are reported; a log of POSTER shows that this alone was worth 0.30
points on RAF-DB.
"""

from dataclasses import dataclass
from difflib import get_close_matches

from pvlib.errors import CourseError

DATA_SETS = {"rafdb": "RAF-DB", "affectnet7": "AffectNet-7", "affectnet8": "AffectNet-8", "ferplus": "FER+"}
STANDARD_ERROR = {"rafdb": 0.47, "affectnet7": 0.79, "ferplus": 0.49}
"""Binomial standard error of POSTER-Var's accuracy, in points: what the choice of test faces alone can move."""


@dataclass(frozen=True)
class Published:
    """One row of a published table.

    Attributes:
        accuracy: per cent, by key of ``DATA_SETS``; a data set that was not reported is absent.
        year: of publication.
        source: where the numbers stand.
        verified: False for numbers recalled from memory, which must be printed as such.
        milliseconds: inference of one face on one RTX 3090, where the paper gives it.
    """

    accuracy: dict[str, float]
    year: int
    source: str
    verified: bool = True
    milliseconds: float | None = None


def _row(year: int, source: str, *accuracy: float | None, **more) -> Published:
    known = {key: value for key, value in zip(DATA_SETS, accuracy, strict=True) if value is not None}
    return Published(known, year, source, **more)


_COMPARISON = "as published"
_VIT = "as published in the papers of PF-ViT"
_ABLATION = "POSTER-Var, ablation"

METHODS = {
    "PSR": _row(2020, _COMPARISON, 88.98, 63.77, 60.68, 89.75),
    "EfficientFace": _row(2021, _COMPARISON, 88.36, 63.70, 60.23, None),
    "Meta-Face2Exp": _row(2022, _COMPARISON, 88.54, 64.23, None, None),
    "ViT-tiny": _row(2022, _VIT, 87.03, None, 58.28, 88.56),
    "ViT-base": _row(2022, _VIT, 87.22, None, 57.99, 88.91),
    "ViT-base + MAE": _row(2022, _VIT, 91.07, None, 62.42, 90.18),
    "PF-ViT": _row(2022, "recalled, not read again", 92.07, 67.23, 64.10, 91.16, verified=False),
    "POSTER": _row(2023, _COMPARISON, 92.05, 67.31, 63.34, 91.62),
    "MFER": _row(2024, _COMPARISON, 92.08, 67.06, 63.15, 91.09),
    "POSTER++": _row(2025, _COMPARISON, 92.21, 67.49, 63.77, None),
    "DCS": _row(2025, _COMPARISON, 92.57, 67.66, 64.40, 91.41),
    "MTSD-CF": _row(2025, _COMPARISON, 92.63, 66.26, None, None),
    "POSTER-Var": _row(2026, _COMPARISON, 92.76, 67.91, 64.27, 91.89),
}
"""The field, oldest first."""

ABLATION = {
    "full": _row(2026, _ABLATION, 92.76, 67.91, 64.27, 91.89, milliseconds=1.502),
    "no layer embedding": _row(2026, _ABLATION, 92.66, 67.85, 64.24, 91.85, milliseconds=1.502),
    "no VI head": _row(2026, _ABLATION, 92.50, 67.66, 64.02, 91.69, milliseconds=1.492),
    "baseline": _row(2026, _ABLATION, 92.21, 67.49, 63.77, 91.62, milliseconds=1.491),
}
"""POSTER-Var with parts taken out, as its authors report it."""


def published(name: str) -> Published:
    """Return the row of the paper's ablation, or of another method, called ``name``.

    Raises:
        CourseError: no row has that name.
    """
    rows = {**METHODS, **ABLATION}
    if name not in rows:
        near = get_close_matches(name, rows, n=1, cutoff=0)[0]
        raise CourseError(f'no published row is called "{name}"; did you mean "{near}"?')
    return rows[name]
