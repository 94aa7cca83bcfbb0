"""A moving average of the weights, to be measured in place of the weights themselves; off by default.

Neither the paper nor the released code averages.
"""

from timm.utils import ModelEmaV3

from pvlib.models import Poster


def moving_average(network: Poster, decay: float) -> ModelEmaV3 | None:
    """Return an average that starts as a copy of ``network``, or None where ``decay`` is 0.

    ``update(network)`` after every step moves it: average <- decay · average + (1 - decay) · network. The
    statistics of batch normalisation are averaged along, counters are copied. ``.module`` is the network to
    measure.
    """
    return ModelEmaV3(network, decay=decay) if decay else None
