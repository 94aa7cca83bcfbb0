"""The outcome of one check: made by the mechanism, shown to the learner."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """Outcome of one check; `status` is "passed", "unwritten" or "wrong"."""

    id: str
    title: str
    status: str
    message: str = ""
    hint: str = ""

    @property
    def passed(self) -> bool:
        return self.status == "passed"
