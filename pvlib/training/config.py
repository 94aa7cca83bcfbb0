"""A whole run in one frozen record: data, network, objective and loop, and which faces choose the best epoch.

What one YAML file holds: :mod:`pvlib.training.config_files` reads and writes it, ``pvlib.runs.train.train_run``
follows it. Of it the loop sees a :class:`TrainConfig` alone.
"""

import os
from collections.abc import Callable
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from pvlib.data.recipes import Recipe, recipe
from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.models.heads import HEADS
from pvlib.models.heads.sample import RECONSTRUCTION
from pvlib.training.batches import Sampling
from pvlib.training.build import Network
from pvlib.training.settings import settings
from pvlib.training.sources import is_drawn, recipe_for

_LARGEST_COUNT = 10_000_000  # more faces than any data set has

AtLeastOne = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=1, le=_LARGEST_COUNT)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


@settings
class Loop:
    """How the loop runs; what stands under ``train:``.

    Attributes:
        epochs: passes over the training faces.
        batch_size: faces a step, over all processes together; batch normalisation needs two.
        accumulate: a step's faces go through in so many parts, for less memory; each part normalises its batch
            by itself.
        learning_rate: of AdamW at full height.
        weight_decay: of AdamW.
        schedule: "exponential" (paper), "cosine" or "constant"; see ``positions``.
        decay: the exponential schedule multiplies the rate by it after every epoch (released: 0.98).
        warmup: epochs, or a fraction of one, in which the rate rises from 0.
        clip: largest norm of the gradient over all weights; None for no limit.
        precision: "fp32", or autocast to "bf16", or to "fp16" (GPU only).
        sam: ρ of sharpness-aware minimisation; 0 is off (released: 0.05). Doubles the time of a step.
        ema: decay of the moving average of the weights; 0 is off.
        save_minutes: write a checkpoint within an epoch at about these intervals; None for none.

    Raises:
        CourseError: naming the field, its value and what is allowed.
    """

    epochs: AtLeastOne = 20
    batch_size: Annotated[int, Field(ge=2)] = 64
    accumulate: AtLeastOne = 1
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 1e-4
    schedule: Literal["exponential", "cosine", "constant"] = "exponential"
    decay: Annotated[float, Field(gt=0, le=1)] = 0.98
    warmup: NotNegative = 0.0
    clip: Positive | None = None
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    sam: NotNegative = 0.0
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.0
    save_minutes: Positive | None = 10.0

    def __post_init__(self) -> None:
        if self.schedule == "cosine" and self.warmup >= self.epochs:
            raise CourseError(f"warmup must be shorter than the {self.epochs} epochs, not {self.warmup:g}")
        if self.batch_size % self.accumulate or self.batch_size < 2 * self.accumulate:
            raise CourseError(
                f"batch_size = {self.batch_size} cannot go through in accumulate = {self.accumulate} equal parts of "
                "at least two faces"
            )

    def faces_at_a_time(self, processes: int = 1) -> int:
        """Return how many faces go through the network of one process at a time."""
        return self.batch_size // self.accumulate // processes


@settings
class TrainConfig(Loop):
    """Everything besides data and network that a training depends on.

    Attributes:
        seed: of order, random changes, noise and drop-path.
        objective: likelihood and divergence.
        recipe: random changes of the training faces, and their size; None for none.
        sampling: which faces an epoch sees; by default each once.
    """

    seed: Seed = 0
    objective: Objective = field(default_factory=Objective)
    recipe: Recipe | None = field(default_factory=lambda: recipe("photograph"))
    sampling: Sampling = field(default_factory=Sampling)


@settings
class Data:
    """Which faces a run sees.

    Attributes:
        root: "drawn", "drawn:snapshot" (any preset of nuisances), or a file of ``data_scripts/prepare_*.py``.
        rule: FER+ only, which faces are kept; null for majority.
        target: FER+ only, "rule", "votes" or "released" (votes / 10); null for rule.
        classes: AffectNet only, 7 or 8; null for 7.
        train_on: the splits that are trained on.
        without_duplicates: leave out training faces whose very pixels stand in a later split, or held out.
        count: training faces before any are held out: drawn, or at most so many; null for all.
        valid_count: likewise the faces that choose the best epoch.
        holdout: share of each class's training faces that is held out as validation, where the data set has
            no split of its own left for it. Always the same faces, whatever the seed.
    """

    root: str = "drawn"
    rule: Literal["majority", "probability", "multi-target", "argmax"] | None = None
    target: Literal["rule", "votes", "released"] | None = None
    classes: Literal[7, 8] | None = None
    train_on: tuple[str, ...] = ("train",)
    without_duplicates: bool = True
    count: Count | None = None
    valid_count: Count | None = None
    holdout: Annotated[float, Field(gt=0, lt=1)] = 0.1

    def __post_init__(self) -> None:
        if not self.train_on or len(set(self.train_on)) < len(self.train_on):
            raise CourseError(f"data.train_on must name splits, each once, not {list(self.train_on)}")

    def loading_options(self) -> dict[str, Any]:
        """Return the keywords of ``sources.load_faces`` that say how a run reads every split."""
        return {"rule": self.rule, "classes": self.classes}


@settings
class RunConfig:
    """Everything that a run depends on, beside the machine.

    Attributes:
        preset: name of the preset or file that it started from; names the run, decides nothing.
        about: one line for people.
        seed: of initial weights, order, random changes, noise and drop-path.
        select: which faces choose the best epoch: "valid", held out of training, or by name "test", the
            scored split, as the released code does. With "test" nothing is held out.
        recipe: random changes of the training faces by name, see ``pvlib.data.recipes``; "none" for none,
            null for "drawn" or "photograph", whichever suits the faces.
    """

    preset: str = "own"
    about: str = ""
    seed: Seed = 0
    select: Literal["valid", "test"] = "valid"
    data: Data = field(default_factory=Data)
    network: Network = field(default_factory=Network)
    objective: Objective = field(default_factory=Objective)
    recipe: str | None = None
    sampling: Sampling = field(default_factory=Sampling)
    train: Loop = field(default_factory=Loop)

    def __post_init__(self) -> None:
        """Ask everything that decides the run for its own checks, so that no mistake waits for the training."""
        for key, path in self.paths().items():
            if not path or "\0" in path:
                raise CourseError(f"{key} must be the path of a file, not {path!r}")
        divergence, weight = self.objective.divergence, self.objective.weight
        if (divergence != "none") != (weight > 0):
            raise CourseError(
                f"objective.divergence={divergence} with objective.weight={weight:g} has no effect: "
                "give both, or neither"
            )
        head = self.network.as_size().head
        offers = HEADS[head].offers
        for what, setting in self.objective.needs.items():
            if what not in offers:
                having = " or ".join(name for name, kind in HEADS.items() if what in kind.offers)
                raise CourseError(
                    f"objective.{setting} needs a head with {what}: {having}; this network has a {head} head: change "
                    "one of them"
                )
        if RECONSTRUCTION in offers and self.objective.reconstruction is None:
            raise CourseError(
                f"network.head={head} needs the weight of its decoder's error, objective.reconstruction"
            )
        self.train_config()

    def train_config(self) -> TrainConfig:
        """Return what the loop needs."""
        return TrainConfig(
            **vars(self.train),
            seed=self.seed,
            objective=self.objective,
            recipe=self.chosen_recipe(),
            sampling=self.sampling,
        )

    def chosen_recipe(self) -> Recipe:
        """Return the random changes at the size of the network's input; without any, faces are still resized."""
        side = self.network.side
        return recipe_for(self.data.root, self.recipe, side) or Recipe("none", side, side)

    def paths(self) -> dict[str, str]:
        """Return the values that are paths of files or folders, by their dotted keys."""
        values = {
            "data.root": None if is_drawn(self.data.root) else self.data.root,
            "network.weights": self.network.weights,
            "network.landmark_weights": self.network.landmark_weights,
        }
        return {key: path for key, path in values.items() if path not in (None, "shipped")}

    def with_paths(self, change: Callable[[str], str]) -> Self:
        """Return the config with every path changed."""
        changed: dict[str, dict[str, Any]] = {"data": {}, "network": {}}
        for key, path in self.paths().items():
            section, _, name = key.partition(".")
            changed[section][name] = change(path)
        return replace(
            self,
            data=replace(self.data, **changed["data"]),
            network=replace(self.network, **changed["network"]),
        )

    def with_absolute_paths(self) -> Self:
        """Return the config with paths that mean the same whatever the working folder."""
        return self.with_paths(lambda path: str(Path(os.path.expanduser(path)).resolve()))

    def as_json(self) -> dict[str, Any]:
        """Return the config as plain JSON values, sections within."""
        return asdict(self)
