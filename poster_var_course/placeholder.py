"""What stands in a notebook where the learner writes: the builder puts it there, and the checks look for it.

A module of its own, since what builds notebooks takes a second to import, and a lesson would wait for it.
"""

PLACEHOLDER_MARK = "# write your lines here"
