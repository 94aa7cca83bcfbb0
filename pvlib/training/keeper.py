"""When a run saves, what, and whether a folder's run may be continued."""

import json
import time
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from pvlib.errors import CourseError
from pvlib.files import remove_abandoned
from pvlib.training.checkpoints import (
    AVERAGE,
    BEST,
    FORMAT,
    LAST,
    NETWORK,
    checkpoint_path,
    epochs_begun,
    read_state,
    read_tensors,
    write_checkpoint,
)
from pvlib.training.configs import TrainConfig
from pvlib.training.records import best_record
from pvlib.training.state import TrainingState

if TYPE_CHECKING:
    from lightning.fabric import Fabric

LOOK_EVERY = 10  # steps between two looks at clock and loss: a GPU has to be waited for then


@dataclass
class Keeper:
    """Keeps the checkpoints of a run in ``folder``; with None as folder, keeps nothing.

    Attributes:
        identity: JSON values that a run may not change when it goes on: network size, class names, data.
    """

    folder: Path | None
    config: TrainConfig
    identity: dict[str, Any]
    fabric: "Fabric"
    saved: float = field(default_factory=time.monotonic)

    def pick_up(self, state: TrainingState) -> None:
        """Continue the run in the folder, where there is one.

        Raises:
            CourseError: the run there is another one, is longer than this one, or its checkpoint is damaged; or
                not all processes find the same there.
        """
        if self.folder is not None and checkpoint_path(self.folder).exists():
            self._restore(state)
        self._check_together(state)

    def _restore(self, state: TrainingState) -> None:
        stored = read_state(self.folder)
        if stored.get("format") != FORMAT:
            raise CourseError(
                f"{self.folder}: this run was made by an older version of pvlib; it can be evaluated, but to go on "
                "start it anew in another folder"
            )
        self._check_same(stored)
        if self.fabric.is_global_zero:
            for which, suffix in product((LAST, BEST), (".safetensors", ".json")):
                remove_abandoned(checkpoint_path(self.folder, which).with_suffix(suffix))
        state.restore(read_tensors(self.folder), stored, checkpoint_path(self.folder))

    def is_due(self, steps_done: int) -> bool:
        """Whether a checkpoint within the epoch is due; all processes get the answer of the first."""
        if self.folder is None:
            return False
        every, minutes = self.config.save_steps, self.config.save_minutes
        if every is not None and steps_done % every == 0:
            return True
        if minutes is None or steps_done % LOOK_EVERY:
            return False
        return self.fabric.broadcast(time.monotonic() - self.saved >= 60 * minutes)

    def save(self, state: TrainingState) -> None:
        """Write ``last``; where an epoch has just ended as the best so far, write ``best`` before it.

        In this order a run killed between the two finishes its epoch again and writes both.
        """
        if self.folder is None:
            return
        if self.fabric.is_global_zero:
            rest = {**self.identity, "config": self.config.as_json(), **state.as_json()}
            best = best_record(state.history)
            if best is not None and state.position.step == 0 and best is state.history[-1]:
                weights = {
                    (NETWORK if state.average is None else AVERAGE) + key: value
                    for key, value in state.measured.state_dict().items()
                }
                write_checkpoint(self.folder, weights, {**rest, "best": asdict(best)}, BEST)
            write_checkpoint(self.folder, state.tensors(), rest)
        self.fabric.barrier()
        self.saved = time.monotonic()

    def _check_together(self, state: TrainingState) -> None:
        """Refuse, in all processes, to go on from different places: they would wait for each other without end."""
        if self.fabric.world_size == 1:
            return
        own = torch.tensor([state.position.epoch, state.position.step], device=self.fabric.device)  # (2,)
        if len(self.fabric.all_gather(own).unique(dim=0)) > 1:
            raise CourseError(
                f"{self.folder}: not all processes find the same checkpoint there; choose a folder that all machines "
                "share"
            )

    def _check_same(self, stored: dict[str, Any]) -> None:
        free = {"save_minutes": None, "save_steps": None}
        if self.config.schedule != "cosine":  # whose rates depend on how long the run is
            free["epochs"] = None
        before = {**stored["config"], **free}, {key: stored.get(key) for key in self.identity}
        now = {**_as_json(self.config.as_json()), **free}, _as_json(self.identity)
        for old, new in zip(before, now, strict=True):
            different = [key for key in new if old.get(key) != new[key]]
            if different:
                key = different[0]
                raise CourseError(
                    f"{self.folder}: holds a run with another {key} ({old.get(key)}, now {new[key]}); "
                    "choose another folder, or remove this one"
                )
        done = epochs_begun(stored)
        if done > self.config.epochs:
            raise CourseError(
                f"{self.folder}: this run already has {done} epochs, more than the {self.config.epochs} asked for; "
                "choose another folder"
            )


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    """What JSON makes of ``values``, so that they compare equal to stored ones: tuples become lists."""
    return json.loads(json.dumps(values))
