"""Judge answers: each runs in a confined process of its own, and is compared where none of its code runs."""

from poster_var_course.classroom.judging.judge import Cell, Exercise, Submission, Verdict, judge_class
from poster_var_course.classroom.judging.sessions import JudgingLimits

__all__ = ["Cell", "Exercise", "JudgingLimits", "Submission", "Verdict", "judge_class"]
