"""Lessons as a class's assignments: handed out, collected, judged, graded with nbgrader, and told to the teacher."""
