"""An epoch cut into steps, a step's faces cut among processes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.data.network_input import network_input
from pvlib.training.config import TrainConfig
from pvlib.training.positions import seed_changes, seed_order

if TYPE_CHECKING:
    from lightning.fabric import Fabric


@dataclass(frozen=True, kw_only=True)
class Batches:
    """The training faces as this process sees them.

    Attributes:
        faces: all of them, in every process.
        rows: int64, positions in ``faces`` of those that are trained on.
        config: says how many make a step, their order and their random changes.
        process: which of the ``processes`` this is; each takes the same share of every step's faces.
        device: where the changes are computed and the batch ends up.
    """

    faces: Faces
    rows: Tensor
    config: TrainConfig
    process: int
    processes: int
    device: torch.device

    @classmethod
    def of(cls, faces: Faces, rows: Tensor, config: TrainConfig, fabric: "Fabric") -> Self:
        """Return the batches of this process of ``fabric``."""
        return cls(
            faces=faces,
            rows=rows,
            config=config,
            process=fabric.global_rank,
            processes=fabric.world_size,
            device=fabric.device,
        )

    @property
    def steps(self) -> int:
        """Steps of an epoch; a last, smaller batch is left out."""
        return self.config.sampling.faces(self.faces.labels[self.rows]) // self.config.batch_size

    def order(self, epoch: int) -> Tensor:
        """Return which faces each step takes, (steps, faces of a step); the same in every process."""
        seed_order(self.config.seed, epoch)
        order = self.rows[self.config.sampling.order(self.faces.labels[self.rows])]
        return order[: self.steps * self.config.batch_size].view(self.steps, -1)

    def own(self, rows: Tensor) -> Tensor:
        """Return this process's share of something that has one row for each face of a step."""
        return rows.chunk(self.processes)[self.process]

    def load(self, chosen: Tensor, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Return a step's own input, (own faces, 3, H, H), and its label distributions, (own faces, classes)."""
        own = self.own(chosen)
        seed_changes(self.config.seed, epoch, step, self.process)
        images = self.to_network_input(self.faces.images.index_select(0, own).to(self.device))
        return images, self.faces.target[own].to(self.device)

    @property
    def to_network_input(self) -> Callable[[Tensor], Tensor]:
        """What turns stored faces into network input, with the random changes of the config."""
        return network_input if self.config.recipe is None else self.config.recipe.training()

    def parts(self, images: Tensor, target: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Cut a step's own faces and targets into ``config.accumulate`` parts of equal length."""
        count = self.config.accumulate
        return zip(images.chunk(count), target.chunk(count), strict=True)
