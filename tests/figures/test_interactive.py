"""One output that every reader of a notebook can show."""

import base64
from io import BytesIO

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from pvlib.errors import CourseError
from pvlib.figures import PLOTLY
from pvlib.figures.interactive import bundle, play_button, png_uri, slider

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


def test_a_picture_that_does_not_move_has_no_plotly_figure_and_one_without_a_description_is_refused():
    data, _ = bundle(None, line()[1], ALT)
    assert PLOTLY not in data
    assert data == bundle(None, line()[1], ALT)[0]  # the same bytes each time
    with pytest.raises(CourseError, match="description"):
        bundle(*line(), " ")


def test_a_picture_in_a_link_is_that_picture():
    picture = torch.randint(0, 256, (1, 5, 4), dtype=torch.uint8)
    kind, _, text = png_uri(picture).partition(",")
    assert kind == "data:image/png;base64"
    read = np.asarray(Image.open(BytesIO(base64.b64decode(text))).convert("RGB"))
    assert np.array_equal(read, picture[0, :, :, None].expand(5, 4, 3).numpy())


def test_slider_and_button_name_frames_and_redraw_what_a_frame_leaves_alone():
    steps = slider("epoch: ", ["0", "1"])["steps"]
    assert [(step["label"], step["args"][0]) for step in steps] == [("0", ["0"]), ("1", ["1"])]
    assert all(step["args"][1]["frame"]["redraw"] for step in steps)
    # plotly refuses what it does not know
    go.Figure().update_layout(sliders=[slider("", ["0"])], updatemenus=[play_button()])
