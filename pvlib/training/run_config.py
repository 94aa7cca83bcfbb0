"""A whole run in one frozen dataclass: data, network, objective and loop, and which faces choose the best epoch.

What one YAML file holds (``pvlib.training.presets`` reads and writes it; ``pvlib.runs.train.train_run`` follows it).
"""

from dataclasses import asdict, dataclass, field, fields, make_dataclass, replace
from typing import Any, Literal, get_type_hints

from pvlib.data.recipes import Recipe
from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.models import Size
from pvlib.models.sizes import without_variational_parts
from pvlib.training.configs import TrainConfig
from pvlib.training.sampling import Sampling
from pvlib.training.setup import choose_size, recipe_for

_SIDES = {"tiny": 48, "paper": 224}
_OF_THE_RUN = ("seed", "objective", "recipe", "sampling")
_hints = get_type_hints(TrainConfig)
Loop = make_dataclass(
    "Loop",
    [
        (each.name, _hints[each.name], field(default=each.default))
        for each in fields(TrainConfig)
        if each.name not in _OF_THE_RUN
    ],
    frozen=True,
)
Loop.__module__ = __name__  # so that a config can be sent to another process
Loop.__doc__ = (
    "The fields of TrainConfig that stand under ``train:``; seed and the rest stand for themselves."
)


@dataclass(frozen=True)
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
    count: int | None = None
    valid_count: int | None = None
    holdout: float = 0.1

    def __post_init__(self):
        if not 0 < self.holdout < 1:
            raise CourseError(f"data.holdout must lie between 0 and 1, not {self.holdout:g}")
        if not self.train_on or len(set(self.train_on)) < len(self.train_on):
            raise CourseError(f"data.train_on must name splits, each once, not {list(self.train_on)}")
        for name in ("count", "valid_count"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise CourseError(f"data.{name} must be at least 1, not {getattr(self, name)}")


@dataclass(frozen=True)
class Network:
    """Which network a run trains: a size, with the ablations of the paper as switches.

    Attributes:
        size: "tiny" or "paper", see ``pvlib.models.sizes``.
        image_size: pixels per side of what the image backbone sees, a multiple of 16; null for the size's own
            (tiny 48, paper 112).
        input_size: pixels per side to which faces are resized, in training and wherever the run is measured;
            the network reduces larger ones itself, as released (224 to 112). Null for 224 at paper size, for
            ``image_size`` at tiny.
        head: "variational" or "point" (ablation "no VI head").
        layer_embedding: false for the ablation "no layer embedding".
        landmarks: "narrow" trains a small branch along, "full" is the whole MobileFaceNet, frozen and fed
            what its weights were trained on; null for the size's own (paper: full, fed as released).
        landmark_weights: "shipped", or a file, for the full branch; null for random ones.
        weights: to start from, see ``starting``: a run folder, a file of ``pvlib export``, or a released
            checkpoint; null for random ones.
        landmark_drift: let BatchNorm statistics of the frozen branch drift, as the released code does.
        drop_path: stochastic depth of the deepest level, 0 and half of it in the others (released: 0.25); or
            all three; null for the size's own.
        variational_parts: false for POSTER++, the baseline of the paper's ablation.
    """

    size: Literal["tiny", "paper"] = "tiny"
    image_size: int | None = None
    input_size: int | None = None
    head: Literal["variational", "point"] = "variational"
    layer_embedding: bool = True
    landmarks: Literal["narrow", "full"] | None = None
    landmark_weights: str | None = None
    weights: str | None = None
    landmark_drift: bool = False
    drop_path: float | tuple[float, float, float] | None = None
    variational_parts: bool = True

    def as_size(self) -> Size:
        """Return what builds the network.

        Raises:
            CourseError: naming the choice that the size does not offer.
        """
        if self.input_size is not None and self.input_size < 16:
            raise CourseError(f"network.input_size must be at least 16 pixels, not {self.input_size}")
        size = choose_size(
            self.size,
            landmarks=self.landmarks,
            head=self.head,
            layer_embedding=self.layer_embedding,
            image_size=self.image_size,
        )
        if self.landmark_drift:
            if not size.landmark.frozen:
                raise CourseError(
                    "network.landmark_drift is for a frozen landmark branch: set network.landmarks=full"
                )
            size = replace(size, landmark=replace(size.landmark, drift=True))
        if self.drop_path is not None:
            paths = (
                self.drop_path
                if isinstance(self.drop_path, tuple)
                else (0.0, self.drop_path / 2, self.drop_path)
            )
            if not all(0 <= path < 1 for path in paths):
                raise CourseError(f"network.drop_path must lie in 0 ... 1, not {self.drop_path}")
            size = replace(size, drop_path=paths)
        return size if self.variational_parts else without_variational_parts(size)

    @property
    def side(self) -> int:
        """Pixels per side of the pictures that the network is given."""
        own = self.image_size if self.size == "tiny" else None
        return self.input_size or own or _SIDES[self.size]


@dataclass(frozen=True)
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
    seed: int = 0
    select: Literal["valid", "test"] = "valid"
    data: Data = field(default_factory=Data)
    network: Network = field(default_factory=Network)
    objective: Objective = field(default_factory=Objective)
    recipe: str | None = None
    sampling: Sampling = field(default_factory=Sampling)
    train: Loop = field(default_factory=Loop)

    def __post_init__(self):
        """Ask everything that decides the run for its own checks, so that no mistake waits for the training."""
        divergence, weight = self.objective.divergence, self.objective.weight
        if (divergence != "none") != (weight > 0):
            raise CourseError(
                f"objective.divergence={divergence} with objective.weight={weight:g} has no effect: "
                "give both, or neither"
            )
        needs_sigma = self.objective.likelihood == "kendall_gal" or divergence == "gaussian"
        if needs_sigma and self.network.as_size().head == "point":
            raise CourseError(
                f"objective {self.objective.likelihood} with divergence {divergence} needs the σ of a variational "
                "head, and this network has a point head: change one of them"
            )
        self.network.as_size()
        self.train_config()

    def train_config(self) -> TrainConfig:
        """Return what the loop needs.

        Raises:
            CourseError: naming the field whose value makes no sense.
        """
        loop = {each.name: getattr(self.train, each.name) for each in fields(self.train)}
        return TrainConfig(
            **loop,
            seed=self.seed,
            objective=self.objective,
            recipe=self.chosen_recipe(),
            sampling=self.sampling,
        )

    def chosen_recipe(self) -> Recipe:
        """Return the random changes at the size of the network's input; without any, faces are still resized."""
        side = self.network.side
        return recipe_for(self.data.root, self.recipe, side) or Recipe("none", side, side)

    def reading(self) -> dict[str, Any]:
        """Return the keywords of ``setup.load_faces`` that say how this run reads every split."""
        return {"rule": self.data.rule, "classes": self.data.classes}

    def as_json(self) -> dict[str, Any]:
        """Return the config as plain JSON values, sections within."""
        return asdict(self)
