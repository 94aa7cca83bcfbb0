"""The drawing that several lessons or reports share; a lesson's own figures lie in its folder."""
