"""Tables in Markdown: of reports, of grids and of model cards."""

from collections.abc import Iterable, Sequence


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: bool = False) -> str:
    """Return a table; markup within a cell stays markup, but no cell can end a column.

    Args:
        numbers: align every column but the first to the right.
    """
    ruler = ["---"] + ["---:" if numbers else "---"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in (head, ruler, *rows))


def plain(text: str) -> str:
    """Return the text in one line, no part of which becomes markup of HTML."""
    return " ".join(text.split()).replace("<", "&lt;")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
