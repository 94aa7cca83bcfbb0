"""Contact sheets show every face under its name."""

import pytest
from matplotlib.colors import to_hex

from pvlib.data.drawn import draw_faces
from pvlib.data.expression_colours import COLOURS
from pvlib.data.labels import FERPLUS
from pvlib.errors import CourseError
from pvlib.figures.faces import contact_sheet


@pytest.fixture(scope="module")
def faces():
    return draw_faces(5, seed=0, size=16)


def test_every_face_has_its_picture_and_its_name_in_its_colour(faces):
    shown = [axes for axes in contact_sheet(faces, columns=3).axes if axes.images]
    assert len(shown) == 5
    for axes, label in zip(shown, faces.labels.tolist(), strict=True):
        assert axes.get_title() == FERPLUS[label]
        assert to_hex(axes.title.get_color()) == COLOURS[FERPLUS[label]]


def test_captions_replace_the_names_and_wrong_arguments_are_refused(faces):
    sheet = contact_sheet(faces, captions=list("abcde"))
    assert [axes.get_title() for axes in sheet.axes if axes.images] == list("abcde")
    with pytest.raises(CourseError, match="captions"):
        contact_sheet(faces, captions=["one"])
    with pytest.raises(CourseError, match="column"):
        contact_sheet(faces, columns=0)
