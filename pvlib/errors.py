"""The one exception that a user of the course can cause."""


class CourseError(Exception):
    """Something outside the code is wrong; the message names the culprit and the next step.

    The command line prints it as one line, without a traceback, and exits with status 1.
    """
