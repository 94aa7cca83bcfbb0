"""Training: what a run is (configs), the loop itself (engine) and how it survives (checkpoints)."""

from pvlib.training.configs import TrainConfig
from pvlib.training.engine import fit
from pvlib.training.records import EpochRecord

__all__ = ["EpochRecord", "TrainConfig", "fit"]
