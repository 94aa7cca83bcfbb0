"""Answer checks of the exercises: `check` takes the learner's own object, `hint` helps in three steps.

In a lesson::

    from pvlib.course.checks import check, hint

    check("reparameterization.gaussian_kl", gaussian_kl)  # passed, not written yet, or what was expected and what came
    hint("reparameterization.gaussian_kl")  # one step more with every call

In lessons/reparameterization/checks.py, loaded the first time an id that starts with its name is asked for::

    @answer("reparameterization.gaussian_kl", hints=("Where to look.", "Which formula.", "Nearly the line itself."))
    def gaussian_kl(yours):
        \"\"\"the divergence of a diagonal normal from N(0, I)\"\"\"
        mean, log_variance = torch.randn(3, 8), torch.randn(3, 8)
        expected = ...  # from a formula or a slower oracle
        mistakes = [(2 * expected, "One half stands before the sum.")]  # who gives this value gets this hint
        expect_close(yours(mean, log_variance), expected, "For three random normals", mistakes=mistakes)

The body may let anything happen: an error inside the learner's code is reported with its line and
message; a `None` or `...` that comes back counts as not written. It runs with a random state of its own
(seed 0), so that a check never changes the numbers of the lesson. `run_check(id, yours)` returns the
`Result` (passed, status, message, hint) without showing it, for tests. With PVLIB_STRICT_CHECKS=1 in the
environment, as in `pvlib run --solved`, a check that does not pass raises CheckFailedError.
"""

from pvlib.course.checks.expectations import expect, expect_close, expect_shape
from pvlib.course.checks.mechanism import CheckFailedError, answer, check, hint, run_check
from pvlib.course.checks.result import Result

__all__ = [
    "CheckFailedError",
    "Result",
    "answer",
    "check",
    "expect",
    "expect_close",
    "expect_shape",
    "hint",
    "run_check",
]
