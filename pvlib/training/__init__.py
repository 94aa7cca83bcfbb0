"""Training: what a run is (configs), the loop itself (engine) and how it survives (checkpoints)."""

from pvlib.training.configs import TrainConfig
from pvlib.training.engine import EpochRecord, fit

__all__ = ["EpochRecord", "TrainConfig", "fit"]
