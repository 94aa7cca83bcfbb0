"""Formulas as MathML, which browsers set by themselves: no page needs a script from another host."""

import re

from latex2mathml.converter import convert

from pvlib.errors import CourseError

FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$(?!\$)(.+?)(?<![\\$])\$", re.DOTALL)


def mathml(tex: str, *, display: str = "inline") -> str:
    """A formula as MathML; CourseError names one that cannot be set.

    Browsers know the letters 𝔼 and 𝒩, not the attribute that would choose them, and stretch a bracket only where the
    font can: so letters are put in braces, and \\big and its kin are left out.
    """
    plain = re.sub(r"\\(mathbb|mathcal|mathbf|mathrm)\s+(\w)", r"\\\1{\2}", tex)
    plain = re.sub(r"\\[bB]igg?[lrm]?(?![A-Za-z])", "", plain)
    try:
        text = str(convert(plain, display=display))
    except Exception as error:  # latex2mathml has a dozen kinds of its own
        raise CourseError(
            f"cannot set the formula {tex.strip()} ({type(error).__name__}: {error})"
        ) from error
    if "\\" in text or "<mi>&</mi>" in text:
        raise CourseError(f"cannot set the formula {tex.strip()}: a part of it is unknown; use simpler TeX")
    return text


def check_formulas(prose: str, where: str) -> None:
    """Refuse prose with a formula that cannot be set; `where` is named."""
    without_code = re.sub(r"`[^`]*`", "", prose)
    for block, inline in FORMULA.findall(without_code):
        try:
            mathml(block or inline)
        except CourseError as error:
            raise CourseError(f"{where}: {error}") from error
