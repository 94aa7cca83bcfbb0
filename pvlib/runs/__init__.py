"""What lies in a run folder, and the one place that loads a trained network."""
