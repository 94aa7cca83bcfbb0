"""How good a network is: accuracy, and what its probabilities are worth against the raters' votes."""
