"""Training: what a run is (config), the loop itself (loop), and how it survives (state, checkpoints)."""

from pvlib.training.checkpoints import EpochRecord
from pvlib.training.config import TrainConfig
from pvlib.training.loop import fit

__all__ = ["EpochRecord", "TrainConfig", "fit"]
