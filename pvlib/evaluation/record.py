"""What an evaluation found: numbers with intervals, and per face what figures need."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from pvlib.evaluation.intervals import Interval, as_json
from pvlib.evaluation.methods import METHODS, Answers
from pvlib.evaluation.prediction import Prediction
from pvlib.evaluation.uncertainties import SCORES, UncertaintyScore

FORMAT, VERSION = "pvlib evaluation", 1


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
        answers, method_metrics: by the name of the method, of those that these networks have.
        scores, score_metrics, risk_coverage: by the name of the uncertainty; the last coverage and risk.
        settings: what else the numbers depend on.
    """

    prediction: Prediction
    networks: int
    answer: str
    metrics: dict[str, Interval]
    class_metrics: dict[str, Interval]
    confusion: Tensor
    reliability: list[dict[str, float | int | None]]
    answers: dict[str, Answers]
    method_metrics: dict[str, dict[str, Interval]]
    scores: dict[str, UncertaintyScore]
    score_metrics: dict[str, dict[str, Interval]]
    risk_coverage: dict[str, tuple[Tensor, Tensor]]
    settings: dict[str, Any]

    @property
    def probabilities(self) -> Tensor:
        """Of the answer, float64, (N, K)."""
        return self.answers[self.answer].probabilities

    def as_json(self) -> dict[str, Any]:
        """Return all numbers as plain JSON values; what does not exist is null."""
        names, counts = self.prediction.names, self.confusion.tolist()
        return {
            "format": FORMAT,
            "version": VERSION,
            "faces": len(self.prediction),
            "names": list(names),
            "head": self.prediction.head,
            "networks": self.networks,
            "answer": self.answer,
            "settings": self.settings,
            "metrics": as_json(self.metrics),
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
            "reliability": self.reliability,
            "methods": {
                name: self._method_as_json(name) if name in self.answers else None for name in METHODS
            },
            "uncertainties": {
                name: self._score_as_json(name) if name in self.scores else None for name in SCORES
            },
        }

    def _method_as_json(self, name: str) -> dict[str, Any]:
        said = self.answers[name]
        return {
            "title": said.title,
            "about": said.about,
            "temperature": said.temperature and list(said.temperature),
            "metrics": as_json(self.method_metrics[name]),
        }

    def _score_as_json(self, name: str) -> dict[str, Any]:
        score, (coverage, risk) = self.scores[name], self.risk_coverage[name]
        return {
            "title": score.title,
            "about": score.about,
            "method": score.method,
            **as_json(self.score_metrics[name]),
            "risk_coverage": {"coverage": coverage.tolist(), "risk": risk.tolist()},
        }
