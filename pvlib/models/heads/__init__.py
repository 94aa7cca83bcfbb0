"""The ways to end the network, one idea a module.

point            W h + b, nothing is random: POSTER++
variational      the logits themselves are sampled (VICH, equation 5); at test their mean
latent           a code of any size is sampled, then classified (VIB, Alemi et al. 2017); at test the mean code
decoder          the same, and the code shall rebuild the features as well (joint VAE and classifier)
heteroscedastic  logits with correlated noise (HET, Collier et al. 2021; with rank 0 Kendall & Gal 2017); at test
                 the mean probability over samples

Every head is a module (batch, features) -> (batch, classes): one sample of the logits in training; in evaluation
logits whose softmax is its answer. ``sample(features)`` gives an objective what that needs of one pass, a
:class:`~pvlib.models.heads.sample.HeadSample`; ``offers`` names what of it a head has. So neither the loop nor an
objective asks which head it is.
"""

from collections.abc import Mapping
from typing import Any

from pvlib.errors import CourseError, shown
from pvlib.models.heads.heteroscedastic import HeteroscedasticHead
from pvlib.models.heads.latent import DecoderHead, LatentHead
from pvlib.models.heads.sample import HeadSample
from pvlib.models.heads.variational import PointHead, VariationalHead, monte_carlo_probabilities

__all__ = ["HEADS", "SETTINGS", "DecoderHead", "HeadSample", "HeteroscedasticHead", "LatentHead", "PointHead"]
__all__ += ["VariationalHead", "head_settings", "monte_carlo_probabilities"]

HEADS: dict[str, Any] = {
    "point": PointHead,
    "variational": VariationalHead,
    "latent": LatentHead,
    "decoder": DecoderHead,
    "heteroscedastic": HeteroscedasticHead,
}
# keywords that some heads take: which heads, its default, and from where to where it may lie
SETTINGS: dict[str, tuple[tuple[str, ...], int | float | bool, float, float]] = {
    "latent": (("latent", "decoder"), 16, 1, 4096),
    "rank": (("heteroscedastic",), 2, 0, 64),
    "temperature": (("heteroscedastic",), 1.0, 0.01, 100),
    "shared_factors": (("heteroscedastic",), False, 0, 1),
}


def head_settings(head: str, given: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """Return the keywords that build a head: those that are given, for those that are None its defaults.

    Args:
        given: a value or None for every name of ``SETTINGS``.
        owner: what errors put before a name, e.g. "network".

    Raises:
        CourseError: for a head that does not exist; a setting that it has not, or of another type or size.
    """
    if head not in HEADS:
        raise CourseError(f'{owner}.head must be one of {", ".join(HEADS)}, not "{shown(head)}"')
    chosen = {}
    for name, (heads, default, low, high) in SETTINGS.items():
        value = given[name]
        if head not in heads:
            if value is not None:
                raise CourseError(
                    f"{owner}.{name} is a setting of the {' or '.join(heads)} head, not of a {head} head: leave it out"
                )
            continue
        value = default if value is None else value
        whole_for_real = isinstance(default, float) and type(value) is int
        if not (type(value) is type(default) or whole_for_real) or not low <= value <= high:
            raise CourseError(
                f"{owner}.{name} must be like {default!r}, from {low:g} to {high:g}, not {shown(value)}"
            )
        chosen[name] = value
    return chosen
