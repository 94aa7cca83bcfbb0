"""What every process that works for another has in common."""

import signal


def leave_interrupts_to_the_caller() -> None:
    """Ctrl-C reaches every process; the caller alone should react, and end the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
