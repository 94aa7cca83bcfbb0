"""Draw faces, train a MobileFaceNet on their 68 points, and write it with what it measures.

The weights that ship with the course were made by this script; pvlib/weights/landmarks-drawn.md has the command.
"""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)
from data_scripts.command import parser_of, run

# A training with another --seed takes later faces of this seed; those of the test have another.
TRAIN_SEED = 4_000


def train(options: argparse.Namespace) -> int:
    # imported here, as each worker process runs this file's top again
    from data_scripts.landmarks.measuring import error_table, errors_on_drawn_faces
    from data_scripts.landmarks.training import LandmarkConfig, fit_landmarks
    from pvlib.data.drawn import draw_faces
    from pvlib.files import atomic_write
    from pvlib.models.landmark_weights import save_landmark_net
    from pvlib.terminal import Terminal
    from pvlib.training.devices import keep_freed_memory

    keep_freed_memory()
    console = Terminal()
    config = LandmarkConfig(
        small_epochs=options.small_epochs,
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        precision=options.precision,
        seed=options.seed,
    )
    with atomic_write(
        options.file
    ) as temporary:  # first, as a folder that cannot be written to is soon found
        console.say(f"drawing {options.faces:,} faces ...")
        drawn = draw_faces(
            options.faces,
            TRAIN_SEED,
            size=112,
            colour=True,
            start=options.seed * options.faces,
            ambiguous=0.7,
            nuisances=options.nuisances,
            workers=options.workers,
        )
        network = fit_landmarks(
            drawn, config, on_epoch=lambda side, loss: console.say(f"{side} px  loss {loss:.4f}")
        )
        about = {"faces": options.faces, "nuisances": options.nuisances, "config": asdict(config)}
        save_landmark_net(temporary, network, about)
    console.say(f"Written to {options.file}.")
    console.print(error_table(errors_on_drawn_faces(network)))
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = parser_of(__doc__)
    parser.add_argument("file", type=Path, help="the .safetensors file to write")
    parser.add_argument("--faces", type=int, default=24_000, help="how many faces to draw for the training")
    parser.add_argument(
        "--nuisances", default="wild", help="how hard the faces are: studio, snapshot or wild"
    )
    parser.add_argument("--small-epochs", type=int, default=6, help="passes over small pictures, 64 px")
    parser.add_argument("--epochs", type=int, default=2, help="passes at 112 px")
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--precision", default="fp32", help="fp32 or bf16")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw")
    parser.add_argument("--seed", type=int, default=0, help="of weights, faces, order and changes")
    options = parser.parse_args(arguments)
    return run(lambda: train(options), f"{options.file} is as it was before")


if __name__ == "__main__":
    sys.exit(main())
