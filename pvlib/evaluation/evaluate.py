"""Everything that can be said of a network, or an ensemble of them, on one set of faces."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.evaluation.calibration import BINS, reliability
from pvlib.evaluation.intervals import LEVEL, Interval, Statistic, bootstrap
from pvlib.evaluation.methods import methods
from pvlib.evaluation.prediction import Prediction, predict
from pvlib.evaluation.quality import class_quality, confusion, quality, reflect_biased
from pvlib.evaluation.record import Evaluation
from pvlib.evaluation.selective import risk_coverage
from pvlib.evaluation.uncertainties import score_statistics, uncertainty_scores
from pvlib.models import Poster


def evaluate(
    networks: Sequence[Poster],
    faces: Faces,
    *,
    calibration_faces: Faces | None = None,
    without: Sequence[str] = (),
    samples: int = 100,
    passes: int = 20,
    bootstrap: int = 1000,
    seed: int = 0,
    **forward: Any,
) -> Evaluation:
    """Measure ``networks`` on ``faces``; several are a deep ensemble (Lakshminarayanan et al., 2017).

    Args:
        calibration_faces: for the temperature, see :func:`methods.methods`.
        without: names of classes to leave out, see :meth:`Prediction.without`.
        samples: of a variational head's logits.
        passes: of the first network with drop-path on; the slow part, 0 leaves it out.
        bootstrap: resamples of the faces; 0 for numbers without intervals.
        seed: of samples, passes, halves and resamples.
        forward: batch_size, device, precision, input_size, see :class:`passes.ForwardSettings`.

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

    look: Callable[..., Prediction] = partial(predict, seed=seed, without=without, **forward)
    predictions = [
        look(network, faces, passes=0 if place else passes) for place, network in enumerate(networks)
    ]
    calibration = None
    if calibration_faces is not None:
        calibration = look(networks[0], calibration_faces)
    return evaluate_predictions(
        predictions,
        calibration=calibration,
        samples=samples,
        replicates=bootstrap,
        seed=seed,
    )


def evaluate_predictions(
    predictions: Sequence[Prediction],
    *,
    calibration: Prediction | None = None,
    samples: int = 100,
    replicates: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Measure what was said already; arguments as in :func:`evaluate`."""
    first = predictions[0]
    for number, said in enumerate(predictions, start=1):
        broken = int((~said.mean.isfinite()).any(dim=1).sum())
        if broken:
            raise CourseError(
                f"network {number} answers {broken:,} of {len(said):,} faces with what is no number: its training "
                "went astray, or the precision is too small for it; try fp32"
            )
    if calibration is not None and calibration.names != first.names:
        raise CourseError(
            f"the calibration faces have the classes {', '.join(calibration.names)}, not {', '.join(first.names)}"
        )

    def measure(statistic: Statistic) -> dict[str, Interval]:
        return reflect_biased(bootstrap(statistic, len(first), replicates=replicates, seed=seed))

    answers = methods(predictions, calibration, samples, seed)
    measured = {
        name: measure(quality(said.probabilities, first.target, first.votes))
        for name, said in answers.items()
    }
    main = "ensemble" if len(predictions) > 1 else "softmax"
    probabilities = answers[main].probabilities
    confidence, answer = probabilities.max(dim=1)  # (N,) each
    metrics = dict(measured[main])
    if first.sigma is not None:
        mean_sigma = first.sigma.double().mean(dim=1)  # (N,)
        metrics.update(measure(lambda counts: {"mean_sigma": counts @ mean_sigma / counts.sum(dim=1)}))

    scores, worth, curves = uncertainty_scores(first, answers), {}, {}
    for name, score in scores.items():
        wrong = answers[score.method].probabilities.argmax(dim=1) != first.labels  # (N,)
        worth[name] = measure(score_statistics(score.values, wrong, first.votes, first.mixture))
        curves[name] = risk_coverage(score.values, wrong)

    return Evaluation(
        prediction=first,
        networks=len(predictions),
        answer=main,
        metrics=metrics,
        class_metrics=measure(class_quality(probabilities, first.labels, first.names)),
        confusion=confusion(first.labels, answer, len(first.names)),
        reliability=reliability(confidence, answer == first.labels),
        answers=answers,
        method_metrics=measured,
        scores=scores,
        score_metrics=worth,
        risk_coverage=curves,
        settings={
            "samples": samples,
            "passes": 0 if first.passes is None else len(first.passes),
            "bootstrap": replicates,
            "level": LEVEL,
            "seed": seed,
            "bins": BINS,
        },
    )
