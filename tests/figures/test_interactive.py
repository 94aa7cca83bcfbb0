"""One output that every reader of a notebook can show."""

import base64

import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure

from pvlib.errors import CourseError
from pvlib.figures.interactive import PLOTLY, bundle

ALT = 'a "steep" line & nothing else'


def line() -> tuple[go.Figure, Figure]:
    moving = go.Figure(go.Scatter(x=[0, 1], y=[0, 1]))
    moving.frames = [go.Frame(name="later", data=[go.Scatter(x=[0, 1], y=[1, 0])])]
    still = Figure(figsize=(1, 1))
    still.subplots().plot([0, 1], [0, 1])
    return moving, still


def test_one_output_carries_the_moving_figure_the_picture_and_the_description():
    data, metadata = bundle(*line(), ALT)
    assert set(data) == {PLOTLY, "image/png", "text/plain"}
    assert data[PLOTLY]["frames"][0]["name"] == "later"  # the slider must move without a kernel
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == ALT
    assert metadata["image/png"]["alt"] == ALT


def test_a_picture_that_does_not_move_carries_no_plotly_figure_and_the_same_bytes_each_time():
    data, _ = bundle(None, line()[1], ALT)
    assert PLOTLY not in data
    assert data == bundle(None, line()[1], ALT)[0]


def test_a_figure_without_a_description_is_refused():
    with pytest.raises(CourseError, match="description"):
        bundle(*line(), " ")
