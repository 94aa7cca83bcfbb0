"""Every plot and widget that a lesson shows."""
