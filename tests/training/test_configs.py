"""A config that makes no sense is refused by the name of its field, before anything runs."""

import math

import pytest

from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.training import TrainConfig


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0), ("epochs", 2.5), ("epochs", True), ("batch_size", 1), ("accumulate", 0), ("accumulate", 3),
        ("learning_rate", 0.0), ("learning_rate", math.nan), ("learning_rate", "fast"), ("weight_decay", -1),
        ("schedule", "linear"), ("decay", 1.5), ("decay", 0), ("warmup", -1), ("clip", 0), ("clip", math.inf),
        ("precision", "int4"), ("sam", -0.1), ("sam", math.nan), ("sam_noise", "none"), ("ema", 1.0),
        ("compile", 1), ("channels_last", "yes"), ("noise", "shared"), ("sync_batchnorm", None),
        ("freeze_batchnorm", 0), ("save_minutes", 0), ("save_steps", 0), ("save_steps", 1.5), ("seed", 2**40),
        ("seed", -1),
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused_by_name_and_value(field, value):
    with pytest.raises(CourseError, match=field) as refusal:
        TrainConfig(**{field: value})
    assert str(value) in str(refusal.value)


def test_parts_of_a_step_have_at_least_two_faces():
    TrainConfig(batch_size=8, accumulate=4)
    with pytest.raises(CourseError, match="accumulate = 8"):
        TrainConfig(batch_size=8, accumulate=8)


def test_a_warm_up_as_long_as_a_cosine_run_is_refused():
    with pytest.raises(CourseError, match="warmup must be shorter than the 3 epochs"):
        TrainConfig(epochs=3, schedule="cosine", warmup=3)


def test_noise_per_sample_and_a_likelihood_with_noise_of_its_own_exclude_each_other():
    with pytest.raises(CourseError, match="Kendall-Gal"):
        TrainConfig(noise="per_sample", objective=Objective(likelihood="kendall_gal"))
