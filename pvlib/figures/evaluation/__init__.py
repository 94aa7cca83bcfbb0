"""Figures of an evaluation, as a paper would print them; each comes with its description in words."""

from pvlib.figures.evaluation.calibration import reliability
from pvlib.figures.evaluation.confusion import confusion
from pvlib.figures.evaluation.raters import against_raters
from pvlib.figures.evaluation.run_curves import run_curves
from pvlib.figures.evaluation.style import Described
from pvlib.figures.evaluation.uncertainties import measures, risk_coverage

__all__ = [
    "Described",
    "against_raters",
    "confusion",
    "measures",
    "reliability",
    "risk_coverage",
    "run_curves",
]
