"""Everything that can be said of a network, or an ensemble of them, on one set of faces (lessons 09 and 11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.evaluation.accuracy import Prediction, predict
from pvlib.evaluation.calibration import BINS, Reliability, reliability
from pvlib.evaluation.intervals import Interval, Statistic, bootstrap
from pvlib.evaluation.methods import Answers, methods
from pvlib.evaluation.quality import Truth, class_quality, quality, reflect_biased
from pvlib.evaluation.selective import risk_coverage
from pvlib.evaluation.uncertainties import Uncertainty, doubts, worth
from pvlib.evaluation.votes import entropy
from pvlib.models import Poster

FORMAT, VERSION = "pvlib evaluation", 1


@dataclass(frozen=True)
class Method:
    """A way to probabilities and what it is worth; ``metrics`` as in :func:`quality.quality`."""

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


@dataclass(frozen=True)
class Evaluation:
    """Numbers with intervals, and per face what figures need.

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
        methods, uncertainties: by name; None for one that these networks do not have.
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
    methods: dict[str, Method | None]
    uncertainties: dict[str, Uncertainty | None]
    settings: dict[str, Any]

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
            "methods": {name: method and method.as_json() for name, method in self.methods.items()},
            "uncertainties": {name: found and found.as_json() for name, found in self.uncertainties.items()},
        }


def evaluate(
    networks: Sequence[Poster],
    faces: Faces,
    *,
    calibration_faces: Faces | None = None,
    without: Sequence[str] = (),
    samples: int = 100,
    passes: int = 20,
    bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    bins: int = BINS,
    device: str | torch.device = "cpu",
    precision: str = "fp32",
    batch_size: int = 256,
) -> Evaluation:
    """Measure ``networks`` on ``faces``; several are a deep ensemble (Lakshminarayanan et al., 2017).

    Args:
        calibration_faces: for the temperature, see :func:`methods.methods`.
        without: names of classes to leave out, see :meth:`Prediction.without`.
        samples: draws of a variational head's logits.
        passes: of the first network with drop-path on; the slow part, 0 leaves it out.
        bootstrap: resamples of the faces; 0 for numbers without intervals.
        level: of the intervals.
        seed: of draws, passes, halves and resamples.

    Raises:
        CourseError: without networks or faces, when networks and faces disagree on the classes, or when the
            calibration faces are the faces themselves.
    """
    if not networks or not len(faces):
        raise CourseError(f"nothing to evaluate: {len(networks)} networks on {len(faces)} faces")
    if calibration_faces is faces:
        raise CourseError("a temperature that is fitted on the faces it is measured on flatters: give others")
    for network in networks:
        if network.num_classes != len(faces.names):
            raise CourseError(
                f"the network has {network.num_classes} classes and the faces have {len(faces.names)}: "
                f"{', '.join(faces.names)}"
            )
    how = {"device": device, "precision": precision, "batch_size": batch_size}
    predictions = [
        predict(network, faces, passes=0 if place else passes, seed=seed, **how)
        for place, network in enumerate(networks)
    ]
    calibration = None
    if calibration_faces is not None:
        calibration = predict(networks[0], calibration_faces, **how)
    if without:
        predictions = [prediction.without(without) for prediction in predictions]
        calibration = None if calibration is None else calibration.without(without)
    return evaluate_predictions(
        predictions,
        calibration=calibration,
        samples=samples,
        replicates=bootstrap,
        level=level,
        seed=seed,
        bins=bins,
    )


def evaluate_predictions(
    predictions: Sequence[Prediction],
    *,
    calibration: Prediction | None = None,
    samples: int = 100,
    replicates: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    bins: int = BINS,
) -> Evaluation:
    """Measure what was said already; arguments as in :func:`evaluate`."""
    first = predictions[0]
    if calibration is not None and calibration.names != first.names:
        raise CourseError(
            f"the calibration faces have the classes {', '.join(calibration.names)}, not {', '.join(first.names)}"
        )
    truth = truth_of(first)

    def measure(statistic: Statistic) -> dict[str, Interval]:
        return reflect_biased(bootstrap(statistic, len(first), replicates=replicates, level=level, seed=seed))

    answers = methods(predictions, calibration, samples, seed)
    measured = {
        name: None if said is None else Method(said, measure(quality(said.probabilities, truth, bins)))
        for name, said in answers.items()
    }
    main = "ensemble" if len(predictions) > 1 else "softmax"
    probabilities = answers[main].probabilities
    confidence, answer = probabilities.max(dim=1)  # (N,) each
    metrics = dict(measured[main].metrics)
    if first.sigma is not None:
        mean_sigma = first.sigma.double().mean(dim=1)  # (N,)
        metrics.update(measure(lambda counts: {"mean_sigma": counts @ mean_sigma / counts.sum(dim=1)}))

    uncertainties: dict[str, Uncertainty | None] = {}
    for name, doubt in doubts(first, answers).items():
        if doubt is None:
            uncertainties[name] = None
            continue
        wrong = answers[doubt.method].probabilities.argmax(dim=1) != truth.labels  # (N,)
        found = measure(worth(doubt.values, wrong, first.votes, first.mixture))
        uncertainties[name] = Uncertainty(doubt, found, *risk_coverage(doubt.values, wrong))

    classes = len(first.names)
    return Evaluation(
        prediction=first,
        networks=len(predictions),
        answer=main,
        metrics=metrics,
        class_metrics=measure(class_quality(probabilities, truth, first.names, bins)),
        confusion=torch.bincount(truth.labels * classes + answer, minlength=classes**2).view(
            classes, classes
        ),
        reliability=reliability(confidence, answer == truth.labels, bins),
        classwise={
            name: reliability(probabilities[:, column], truth.labels == column, bins)
            for column, name in enumerate(first.names)
        },
        methods=measured,
        uncertainties=uncertainties,
        settings={
            "samples": samples,
            "passes": 0 if first.passes is None else len(first.passes),
            "bootstrap": replicates,
            "level": level,
            "seed": seed,
            "bins": bins,
        },
    )


def truth_of(prediction: Prediction) -> Truth:
    """Return what is known of the faces that a prediction is of."""
    votes = prediction.votes
    return Truth(prediction.target.double(), None if votes is None else votes.double())
