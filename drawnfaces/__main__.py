"""Draw faces as files in the layout of FER+, RAF-DB or AffectNet, or the contact sheets of the README.

python -m drawnfaces draw FOLDER --layout rafdb --count 2000
python -m drawnfaces sheet expressions
"""

import argparse
import shlex
import sys
from io import TextIOWrapper
from pathlib import Path

from drawnfaces import layouts, sheets
from drawnfaces.errors import DrawingError


def main(arguments: list[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # no name of a folder ends the command where an output is not UTF-8
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        print(_draw(options) if options.command == "draw" else _sheet(options))
    except (DrawingError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m drawnfaces", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    draw = commands.add_parser("draw", help="faces as files, in the layout that a data set's owner hands out")
    draw.add_argument("out", type=Path, metavar="FOLDER", help="new folder for the faces")
    draw.add_argument("--layout", default="ferplus", help=f"one of {', '.join(layouts.LAYOUTS)}")
    draw.add_argument("--count", type=int, help="faces in all, divided about as in the real set (1000)")
    for split in ("train", "valid", "test"):
        draw.add_argument(f"--{split}", type=int, metavar="N", help=f"{split} faces, in place of --count")
    draw.add_argument("--seed", type=int, default=0, help="another seed draws other faces")
    draw.add_argument("--size", type=int, help="width and height in pixels; by default the layout's")
    draw.add_argument(
        "--colour", action=argparse.BooleanOptionalAction, help="or grey; by default the layout's"
    )
    draw.add_argument("--nuisances", default="snapshot", help="none, studio, snapshot or wild")
    draw.add_argument("--ambiguous", type=float, default=0.5, help="share of faces that mix expressions")
    draw.add_argument(
        "--proportions",
        help="how often each expression comes: ferplus, rafdb or affectnet, or eight shares with commas, in FER+'s "
        "order; by default the layout's",
    )
    draw.add_argument("--workers", type=int, default=1, help="processes that draw; the faces stay the same")
    draw.add_argument("--force", action="store_true", help="replace a folder of drawn faces")
    sheet = commands.add_parser("sheet", help="a contact sheet, as it stands in the README")
    sheet.add_argument("which", choices=list(sheets.SHEETS), help="what to show of the drawn faces")
    sheet.add_argument("--out", type=Path, help="the PNG file to write; by default faces-WHICH.png")
    return parser


def _draw(options: argparse.Namespace) -> str:
    splits = ("train", "valid", "test")
    given = {split: getattr(options, split) for split in splits if getattr(options, split) is not None}
    if given and options.count is not None:
        raise DrawingError("give either --count or the splits (--train, --valid, --test), not both")
    counts = given or layouts.split_counts(options.layout, 1000 if options.count is None else options.count)
    layouts.write_layout(
        options.out,
        options.layout,
        counts,
        options.seed,
        size=options.size,
        colour=options.colour,
        ambiguous=options.ambiguous,
        proportions=_shares(options.proportions),
        nuisances=options.nuisances,
        workers=options.workers,
        replace=options.force,
        command="python -m drawnfaces " + shlex.join(sys.argv[1:]),
    )
    drawn = ", ".join(f"{n} {split}" for split, n in counts.items() if n)
    return f"wrote {drawn} faces to {options.out} (layout {options.layout}, seed {options.seed})"


def _sheet(options: argparse.Namespace) -> str:
    out = options.out or Path(f"faces-{options.which}.png")
    if out.suffix.lower() != ".png":
        raise DrawingError(f'{out}: a contact sheet is a PNG file; end its name in .png, not "{out.suffix}"')
    sheets.save_sheet(sheets.SHEETS[options.which](), out, colours=144)
    return f"written to {out}"


def _shares(text: str | None) -> str | list[float] | None:
    if text is None or "," not in text:
        return text
    try:
        shares = [float(share) for share in text.split(",")]
    except ValueError:
        shares = []
    if len(shares) != 8:
        raise DrawingError(f"--proportions needs eight numbers with commas, not {text!r}")
    return shares


if __name__ == "__main__":
    sys.exit(main())
