"""What an evaluation found: numbers with intervals, and per face what figures need."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from pvlib.evaluation.calibration import Reliability
from pvlib.evaluation.intervals import Interval
from pvlib.evaluation.methods import METHODS, Answers
from pvlib.evaluation.prediction import Prediction
from pvlib.evaluation.uncertainties import SCORES, Uncertainty
from pvlib.evaluation.votes import entropy

FORMAT, VERSION = "pvlib evaluation", 1


@dataclass(frozen=True)
class Method:
    """A way to probabilities and how good they are; ``metrics`` as in :func:`quality.quality`."""

    answers: Answers
    metrics: dict[str, Interval]

    @property
    def probabilities(self) -> Tensor:
        """float64, (N, K)."""
        return self.answers.probabilities

    def as_json(self) -> dict[str, Any]:
        """Return everything but the probabilities."""
        return {
            "title": self.answers.title,
            "about": self.answers.about,
            "temperature": self.answers.temperature and list(self.answers.temperature),
            "metrics": {name: number.as_json() for name, number in self.metrics.items()},
        }


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything about one network, or one ensemble, on one set of faces.

    Attributes:
        prediction: of the first network.
        networks: how many.
        answer: the method that ``metrics``, ``class_metrics``, ``confusion`` and ``reliability`` are of:
            "ensemble" where there is one, else "softmax".
        metrics: of :func:`quality.quality`, and mean_sigma of the first network where its head has σ.
        class_metrics: of :func:`quality.class_quality`.
        confusion: counts, (K, K): row true class, column answered class.
        reliability: of the answer's confidence.
        classwise: the same for the probability of each class.
        methods, uncertainties: by name, of those that these networks have.
        settings: what else the numbers depend on.
    """

    prediction: Prediction
    networks: int
    answer: str
    metrics: dict[str, Interval]
    class_metrics: dict[str, Interval]
    confusion: Tensor
    reliability: Reliability
    classwise: dict[str, Reliability]
    methods: dict[str, Method]
    uncertainties: dict[str, Uncertainty]
    settings: dict[str, Any]

    @property
    def probabilities(self) -> Tensor:
        """Of the answer, float64, (N, K)."""
        return self.methods[self.answer].probabilities

    @property
    def vote_entropy(self) -> Tensor | None:
        """Entropy of the raters' votes, (N,), in nats; None without votes."""
        return None if self.prediction.votes is None else entropy(self.prediction.votes)

    @property
    def mixture_entropy(self) -> Tensor | None:
        """Entropy of the true mixture, (N,), in nats; None but for drawn faces."""
        return None if self.prediction.mixture is None else entropy(self.prediction.mixture)

    def as_json(self) -> dict[str, Any]:
        """Return all numbers as plain JSON values; what does not exist is null."""
        names, counts = self.prediction.names, self.confusion.tolist()
        return {
            "format": FORMAT,
            "version": VERSION,
            "faces": len(self.prediction),
            "names": list(names),
            "head": "point" if self.prediction.sigma is None else "variational",
            "networks": self.networks,
            "answer": self.answer,
            "settings": self.settings,
            "metrics": {name: number.as_json() for name, number in self.metrics.items()},
            "classes": [
                {
                    "name": name,
                    "faces": sum(counts[row]),
                    "said": sum(line[row] for line in counts),
                    "recall": self.class_metrics[f"recall/{name}"].as_json(),
                    "precision": self.class_metrics[f"precision/{name}"].as_json(),
                    "calibration_error": self.class_metrics[f"calibration_error/{name}"].as_json(),
                }
                for row, name in enumerate(names)
            ],
            "confusion": counts,
            "reliability": self.reliability.as_json(),
            "classwise_reliability": {name: diagram.as_json() for name, diagram in self.classwise.items()},
            "methods": {
                name: self.methods[name].as_json() if name in self.methods else None for name in METHODS
            },
            "uncertainties": {
                name: self.uncertainties[name].as_json() if name in self.uncertainties else None
                for name in SCORES
            },
        }
