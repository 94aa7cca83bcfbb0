"""Work in several processes, seen from a program of its own, as fresh processes start by running it."""

import subprocess
import sys

from pvlib.pool import in_processes

PROGRAM = """
import os, time
from pvlib.errors import CourseError
from pvlib.pool import in_processes

def square(number):
    return number * number, os.environ["OMP_NUM_THREADS"]

def die(number):
    os._exit(3) if number == 5 else time.sleep(0.01)

if __name__ == "__main__":
"""


def run(ending, tmp_path):
    script = tmp_path / "program.py"
    script.write_text(PROGRAM + ending)
    return subprocess.run([sys.executable, "-B", str(script)], capture_output=True, text=True, timeout=120)


def test_one_worker_is_map_and_takes_tasks_as_they_are_needed():
    taken = []
    results = in_processes(str, (taken.append(i) or i for i in range(10)), 1)
    assert next(results) == "0"
    assert taken == [0]
    assert list(results) == [str(i) for i in range(1, 10)]


def test_several_workers_give_the_results_in_order_with_one_thread_each(tmp_path):
    done = run(
        "    print(list(in_processes(square, range(40), 2)) == [(i * i, '1') for i in range(40)])", tmp_path
    )
    assert done.stdout == "True\n", done.stderr


def test_a_worker_that_dies_ends_the_work_with_one_clear_message(tmp_path):
    ending = """
    try:
        list(in_processes(die, range(40), 2))
    except CourseError as error:
        print(error)
"""
    done = run(ending, tmp_path)
    assert "fewer workers" in done.stdout, done.stderr
