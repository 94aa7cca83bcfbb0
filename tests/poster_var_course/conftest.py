"""Lessons of a few lines, for the tests of the generator, the runner and the command line."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def write_lessons():
    """Write lessons, numbered as they come: write_lessons(folder, good=text, …) -> the folder of lessons."""

    def write(folder: Path, **sources: str) -> Path:
        order = ""
        for number, (word, text) in enumerate(sources.items(), start=1):
            (folder / word).mkdir(parents=True, exist_ok=True)
            (folder / word / "lesson.py").write_text(text)
            order += f'[{word}]\nnumber = {number}\ntitle = "The lesson {word}: a try"\n\n'
        (folder / "order.toml").write_text(order)
        return folder

    return write
