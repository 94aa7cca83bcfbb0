"""The drawing that several lessons or reports share; a lesson's own figures lie in its folder."""

PLOTLY = "application/vnd.plotly.v1+json"  # what Jupyter calls an output that plotly draws
