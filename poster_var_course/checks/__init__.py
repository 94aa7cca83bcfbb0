"""Answer checks of the exercises: `check` takes the learner's own object, `hint` helps in three steps.

How to write one stands in lessons/README.md.
"""

from poster_var_course.checks.beside import beside_answer, value_and_slopes
from poster_var_course.checks.expectations import expect, expect_close, expect_gradients, expect_shape
from poster_var_course.checks.mechanism import CheckFailedError, answer, check, hint, run_check
from poster_var_course.checks.shown import Result

__all__ = [
    "CheckFailedError",
    "Result",
    "answer",
    "beside_answer",
    "check",
    "expect",
    "expect_close",
    "expect_gradients",
    "expect_shape",
    "hint",
    "run_check",
    "value_and_slopes",
]
