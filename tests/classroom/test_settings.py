"""What a teacher decides: refused by name where it is wrong; seeds and deadlines follow from it."""

from datetime import UTC, datetime

import pytest

from poster_var_course.classroom.assignment import assignment
from poster_var_course.classroom.settings import Late, read_course, write_example
from pvlib.errors import CourseError


def test_the_example_is_a_class_that_stays_as_it_is(tmp_path, lessons):
    write_example(tmp_path / "term", lessons)
    before = (tmp_path / "term" / "classroom.yaml").read_text()
    write_example(tmp_path / "term", lessons)
    assert (tmp_path / "term" / "classroom.yaml").read_text() == before
    course = read_course(tmp_path / "term", lessons)
    assert [entry.word for entry in course.entries] == ["tiny"]
    assert course.own["tiny"].points == {
        "tiny.one": 1,
        "tiny.two": 3,
    }  # every exercise, with its usual points


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("classroom.yaml", "policy", "polcy", 'line 9, there is no key "late.polcy"'),
        ("classroom.yaml", "per_day", "daily", "late.policy must be"),
        ("classroom.yaml", "title: Test", "", "title is missing"),
        ("classroom.yaml", "Europe/Berlin", "Mars", "write one such as Europe/Berlin"),
        ("classroom.yaml", "  tiny:", "  tinny:", "there are tiny"),
        ("classroom.yaml", "2026-11-03 23:59", "2026-11-03", "2026-11-03 is no date with a time"),
        ("classroom.yaml", "cem", "dan", "no student dan"),
        ("roster.csv", "bea,", "ANN,", "row 3"),
        ("roster.csv", "bea,", "../x,", "row 3"),
        ("roster.csv", "first_name", "name", "no column first_name"),
    ],
)
def test_a_wrong_setting_is_named(course, lessons, file, old, new, said):
    path = course.folder / file
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CourseError) as error:
        read_course(course.folder, lessons)
    assert said in str(error.value)
    assert file in str(error.value)


def test_points_of_an_unknown_exercise_are_refused(course):
    with pytest.raises(CourseError, match=r"no exercise tiny\.three"):
        assignment(course.entries[0], {"tiny.three": 3})


def test_a_seed_follows_from_the_id_alone(course, lessons):
    seeds = {student.id: student.seed for student in course.students.values()}
    path = course.folder / "roster.csv"
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *rows[1:], "zoe,Zoe,Z,,", rows[0]]))
    again = read_course(course.folder, lessons).students
    assert {name: again[name].seed for name in seeds} == seeds
    assert len(set(seeds.values())) == 3


def test_deadlines_are_in_the_class_s_time_zone(course):
    assert course.deadline("tiny", "ann") == datetime(
        2026, 11, 3, 22, 59, tzinfo=UTC
    )  # Berlin's winter: UTC + 1
    assert course.deadline("tiny", "cem") == datetime(2026, 11, 10, 22, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "days", "lost"),
    [
        (Late(), 9, 0),
        (Late(policy="zero"), 0.01, 8),
        (Late(policy="per_day", per_cent=10.0), 0, 0),
        (Late(policy="per_day", per_cent=10.0), 1, 0.8),
        (Late(policy="per_day", per_cent=10.0), 1.01, 1.6),
        (Late(policy="per_day", per_cent=10.0, floor=50.0), 9, 4),
    ],
)
def test_late_points_are_lost_by_days_begun(late, days, lost):
    assert late.penalty(8.0, days * 86_400) == pytest.approx(lost)
