"""Malformed label files: strange bytes, encodings, numbers and names, in every layout."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WITH_LABELS = [
    "ferplus folders", "ferplus label.csv", "ferplus tables", "rafdb owners", "affectnet new", "affectnet old",
]  # fmt: skip
IN_TEXT = [layout for layout in WITH_LABELS if layout != "affectnet new"]
SOME = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CELLS = [
    "", " ", "-1", "11", "255", "256", "1000", "99999999999999999999", "1e1", "1.5", "NaN", "inf", "-inf", "0x1",
    "²", "٣", "８", "1 2", "1_0", "+1", "True", "None", "\0", "a\0b", '"', '"a', "a" * 200_000, "é", "\ufeff",
    "../../outside.png", "..\\..\\outside.png", "/etc/passwd", "C:\\x.png", ".", "..", "/", "a/b/c.png", "~",
    "../../../outside.png", "\u202egnp.x", "con", "x" * 5000, "-", "=1+1", "\x1b[31m", "\x85", "\u2028",
]  # fmt: skip


def assert_kept_or_refused(judge):
    shown = judge.prepare()
    if not isinstance(shown, str):
        judge.assert_only_known_pictures(shown)
    judge.check()


@pytest.mark.parametrize("layout", WITH_LABELS)
@SOME
@given(data=st.data())
def test_bytes_that_are_changed_cut_out_or_put_in_are_kept_or_refused(spoil, layout, data):
    judge = spoil(layout)
    path = data.draw(st.sampled_from(judge.labels()))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=8))
    path.write_bytes(content)
    assert_kept_or_refused(judge)


@pytest.mark.parametrize("layout", WITH_LABELS)
@SOME
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode())))
def test_a_file_of_anything_is_kept_or_refused(spoil, layout, content):
    judge = spoil(layout)
    judge.labels()[0].write_bytes(content)
    assert_kept_or_refused(judge)


@pytest.mark.parametrize("layout", IN_TEXT)
@settings(SOME, max_examples=60)
@given(data=st.data())
def test_a_cell_of_anything_is_kept_or_refused(spoil, layout, data):
    judge = spoil(layout)
    path = data.draw(st.sampled_from(judge.labels()))
    separator = " " if path.suffix == ".txt" else ","
    lines = path.read_text().splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    cells = lines[row].split(separator)
    place = data.draw(st.integers(0, len(cells) - 1))
    action = data.draw(st.sampled_from(["replace", "insert", "delete", "repeat row", "many"]))
    cell = data.draw(st.sampled_from(CELLS))
    if action == "replace":
        cells[place] = cell
    elif action == "insert":
        cells.insert(place, cell)
    elif action == "delete":
        del cells[place]
    elif action == "many":
        cells += [cell[:20]] * 3000
    lines[row] = separator.join(cells)
    if action == "repeat row":
        lines.append(lines[row].replace(lines[row][-1], "1"))
    path.write_text("\n".join(lines) + "\n")
    assert_kept_or_refused(judge)


@pytest.mark.parametrize("layout", IN_TEXT)
@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp500", "latin-1"]
)
def test_another_encoding_is_read_the_same_or_refused_by_name(spoil, layout, encoding):
    judge = spoil(layout)
    path = judge.labels()[0]
    text = path.read_text()
    if encoding == "latin-1":
        text = (
            text.replace("fer0000001", "fér0000001")
            .replace("train_00001", "traïn_00001")
            .replace("1/1.jpg", "1/é.jpg")
        )
    path.write_bytes(text.encode(encoding))
    shown = judge.prepare()
    if encoding in ("utf-8-sig", "utf-7"):  # of plain letters, the latter is ASCII but for a few signs
        assert isinstance(shown, str) or len(shown) >= 4
        assert encoding == "utf-7" or not isinstance(shown, str)
    else:
        assert isinstance(shown, str)
        assert path.name in shown
    judge.check()


@pytest.mark.parametrize("layout", IN_TEXT)
def test_names_that_lead_out_of_the_set_bring_nothing_in(spoil, layout):
    for name in ("../../outside.png", "../../../outside.png", "../../../../outside.png"):
        judge = spoil(layout)
        path = judge.labels()[0]
        text = path.read_text()
        for own in ("fer0000001.png", "train_00001.jpg", "1/1.jpg"):
            text = text.replace(own, name)
        path.write_text(text)
        absolute = text.replace(name, str(judge.folder / "outside.png"))
        for spoilt in (text, absolute):
            path.write_text(spoilt)
            assert_kept_or_refused(judge)
