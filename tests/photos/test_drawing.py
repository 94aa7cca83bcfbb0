"""The picture: boxes in the photo's pixels, bars as long as the intensities, error bars from quantile to quantile."""

import pytest
import torch
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from PIL import Image

from pvlib.data.expression_colours import COLOURS
from pvlib.data.labels import FERPLUS
from pvlib.photos.boxes import Box
from pvlib.photos.drawing import MOST_PANELS, draw_intensities
from pvlib.photos.intensities import Intensities

PHOTO = Image.new("RGB", (300, 200), (90, 120, 150))


def some_intensities(faces: int, spread: bool = True) -> Intensities:
    mean = torch.rand(faces, 8).softmax(dim=1)
    low, high = (0.8 * mean, 1.1 * mean) if spread else (None, None)
    return Intensities(names=FERPLUS, mean=mean, low=low, high=high)


def some_boxes(faces: int) -> list[Box]:
    return [Box(10.0 * i, 5.0 * i, 40) for i in range(faces)]


def test_one_face_has_its_box_its_bars_and_error_bars_from_quantile_to_quantile():
    read = some_intensities(1)
    photo, bars = draw_intensities(PHOTO, some_boxes(1), read).axes
    frame = photo.patches[-1]
    assert (*frame.get_xy(), frame.get_width(), frame.get_height()) == (0, 0, 40, 40)
    assert to_hex(frame.get_edgecolor()) == COLOURS[read.expression(0)]
    lengths = [bar.get_width() for bar in bars.containers[1]]  # the first holds the pale whole bars
    torch.testing.assert_close(torch.tensor(lengths), read.mean[0].double(), check_dtype=False)
    assert [label.get_text() for label in bars.get_yticklabels()] == list(FERPLUS)
    (lines,) = [found for found in bars.collections if isinstance(found, LineCollection)]
    ends = torch.tensor([[segment[0][0], segment[1][0]] for segment in lines.get_segments()])
    torch.testing.assert_close(ends.float(), torch.stack([read.low[0], read.high[0]], dim=1))


@pytest.mark.parametrize(("faces", "shown"), [(2, 2), (7, 7), (30, MOST_PANELS)])
def test_several_faces_are_numbered_in_the_photo_and_the_first_over_their_bars(faces, shown):
    read = some_intensities(faces, spread=False)
    figure = draw_intensities(PHOTO, some_boxes(faces), read, "The spread is …")
    photo, *panels = figure.axes
    assert [text.get_text() for text in photo.texts] == [str(n + 1) for n in range(faces)]
    titles = [axes.get_title(loc="left").split()[0] for axes in panels]
    assert titles == [str(n + 1) for n in range(shown)]
    assert not any(axes.collections for axes in panels)  # a point head has no error bars
    crowd = "Bars of 12 of 30 faces. " if faces > shown else ""
    assert figure.get_supxlabel() == f"{crowd}The spread is …"
