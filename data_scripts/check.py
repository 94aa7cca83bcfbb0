"""One page that says whether a set of faces is whole: missing, broken, unused, doubled and contradicting images.

The last lines say "ready to use", "usable, but …" (exit status 0) or "not usable" (1).
"""

import argparse
import json
import sys

import poster_var_course  # noqa: F401 (first: it sees to it that pvlib is the course's own)
from data_scripts.command import looking_parser, run


def check(options: argparse.Namespace) -> int:
    # imported here, as each worker process runs this file's top again
    from rich.markup import escape

    from data_scripts.checking.findings import check as check_set
    from data_scripts.progress import progress_bar
    from pvlib.files import atomic_write
    from pvlib.terminal import Terminal

    with progress_bar("images") as show:
        findings = check_set(options.path, options.workers, show)
    terminal = Terminal()
    colour = ("green" if not findings.reasons else "yellow") if findings.usable else "red"
    terminal.say(f"{escape(str(findings))}\n\n[bold {colour}]{findings.verdict}[/]")
    for reason in findings.reasons:
        terminal.say(f"  - {escape(reason)}")
    if options.json is not None:
        with atomic_write(options.json) as temporary:
            temporary.write_text(json.dumps(findings.to_json(), indent=1))
    return 0 if findings.usable else 1


def main(arguments: list[str] | None = None) -> int:
    options = looking_parser(__doc__, None, "one a core by default, for many images").parse_args(arguments)
    return run(lambda: check(options), "nothing was written")


if __name__ == "__main__":
    sys.exit(main())
