"""Print a landmark network's error on drawn faces, or its distance from another network on real ones."""

import argparse
import sys
from pathlib import Path

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)
from data_scripts.command import parser_of, run


def measure(options: argparse.Namespace) -> int:
    from data_scripts.landmarks.measuring import (
        TEST_SEED,
        error_table,
        errors_on_drawn_faces,
        landmark_error,
        predict_landmarks,
    )
    from data_scripts.landmarks.sheet import landmark_sheet
    from pvlib.data.drawn import draw_faces
    from pvlib.errors import CourseError
    from pvlib.files import atomic_write
    from pvlib.terminal import Terminal
    from pvlib.training.build import load_landmarks
    from pvlib.training.sources import load_faces

    console = Terminal()
    data, reference, picture = options.data, options.reference, options.picture
    if (data is None) != (reference is None):
        raise CourseError("real faces have no true landmarks: give --data and --reference together")
    if picture is not None and picture.suffix.lower() != ".png":
        raise CourseError(f"{picture}: the picture's name must end in .png")
    network = load_landmarks(options.file or "shipped")
    if data is not None and reference is not None:
        images = load_faces(str(data), "valid", count=options.count).images
        truth = predict_landmarks(load_landmarks(reference), images)
        errors = {
            f"distance from {reference.name}": landmark_error(predict_landmarks(network, images), truth)
        }
    else:
        errors = errors_on_drawn_faces(network)
        images = draw_faces(24, TEST_SEED, size=112, colour=True, nuisances="snapshot").images
    console.print(error_table(errors))
    if picture is not None:
        figure = landmark_sheet(images[:24], predict_landmarks(network, images[:24]))
        with atomic_write(picture) as temporary:
            figure.savefig(temporary, dpi=110, bbox_inches="tight")
        console.say(f"Picture: {picture}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = parser_of(__doc__)
    parser.add_argument(
        "file", type=Path, nargs="?", help="a landmark file, ours or released; by default the shipped one"
    )
    parser.add_argument(
        "--data", type=Path, help="a prepared FER+ file: compare with --reference on its faces"
    )
    parser.add_argument(
        "--reference", type=Path, help="another landmark file whose points stand in for truth"
    )
    parser.add_argument("--count", type=int, default=2_000, help="how many faces of --data")
    parser.add_argument("--picture", type=Path, help="also draw the points over 24 faces, to this PNG file")
    options = parser.parse_args(arguments)
    return run(lambda: measure(options), "nothing was written")


if __name__ == "__main__":
    sys.exit(main())
