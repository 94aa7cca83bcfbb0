"""The one page that a check prints, and the same for machines."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pvlib.data.check.copies import Copies
from pvlib.data.check.findings import Findings
from pvlib.data.check.verdict import Verdict

_SHOWN = 3  # examples of each kind: this is a page


def show(findings: Findings, verdict: Verdict, console: Console) -> None:
    """Print the page; without a terminal it is plain text."""
    collection = findings.collection

    def line(title: str, text: str) -> None:
        console.print(f"[bold]{title}[/] {_plain(text)}", soft_wrap=True, highlight=False)

    line(f"{collection.kind}:", f"{collection.root}")
    line("Form:", collection.layout)
    console.print(_counts(findings))
    for note in collection.notes:
        console.print(_plain(note), soft_wrap=True, highlight=False)
    sizes = ", ".join(f"{w}×{h} ({count:,})" for (w, h), count in findings.sizes.most_common(_SHOWN))
    more = f" and {len(findings.sizes) - _SHOWN:,} other sizes" if len(findings.sizes) > _SHOWN else ""
    line("Images read:", f"{findings.readable:,} of {len(collection):,}; {sizes}{more}")
    line(
        "Kinds of pixels:",
        ", ".join(f"{mode} ({count:,})" for mode, count in findings.modes.most_common()) or "none",
    )
    line("Missing images:", _some(collection.missing))
    line("Unreadable images:", _some(findings.unreadable.values()))
    for kind, names in collection.problems.items():
        if names:
            line(f"{kind[0].upper()}{kind[1:]}:", _some(names))
    if findings.odd:
        line("Unlike the rest:", _some(f"{name} ({why})" for name, why in findings.odd.items()))
    if findings.misnamed:
        line(
            "Named like another format:",
            _some(f"{name} (is {form})" for name, form in findings.misnamed.items()),
        )
    for title, copies, word in (
        ("Copies, pixel for pixel:", findings.exact, "stand also in"),
        ("Near duplicates, in pairs:", findings.near, "look like images of"),
    ):
        line(title, _copies(copies, word))
        if copies.conflicts.any():
            line("  with different labels:", _some(_conflicts(findings, copies)))
    if findings.files_print:
        line("Fingerprint of the files: ", findings.files_print)
    line("Fingerprint of the pixels:", findings.pixels_print)
    line(
        "Time:",
        f"{findings.seconds:.0f} s, {findings.readable / max(findings.seconds, 1e-3):,.0f} images a second",
    )
    colour = "green" if verdict.usable and not verdict.reasons else "yellow" if verdict.usable else "red"
    console.print(f"\n[bold {colour}]{verdict}[/]")
    for reason in verdict.reasons:
        console.print(f"  - {_plain(reason)}", soft_wrap=True, highlight=False)


def to_json(findings: Findings, verdict: Verdict) -> dict:
    """Return what was found as a dictionary of plain values, with every name and not only the first."""
    collection = findings.collection
    return {
        "kind": collection.kind,
        "layout": collection.layout,
        "root": str(collection.root),
        "images": len(collection),
        "readable": findings.readable,
        "counts": {
            tally.name: {"found": tally.found, "published": tally.published} for tally in collection.tallies
        },
        "missing": collection.missing,
        "unreadable": findings.unreadable,
        "problems": collection.problems,
        "odd": findings.odd,
        "misnamed": findings.misnamed,
        "sizes": {f"{width}x{height}": count for (width, height), count in findings.sizes.most_common()},
        "modes": dict(findings.modes),
        "exact": _copies_json(findings, findings.exact),
        "near": _copies_json(findings, findings.near),
        "fingerprint_of_files": findings.files_print,
        "fingerprint_of_pixels": findings.pixels_print,
        "seconds": round(findings.seconds, 2),
        "usable": verdict.usable,
        "verdict": str(verdict),
        "reasons": list(verdict.reasons),
    }


def _plain(text: str) -> str:
    """Show what others have named as it is: no markup, and no letter that steers a terminal or is none."""
    return escape("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text))


def _counts(findings: Findings) -> Table:
    collection = findings.collection
    table = Table("", *collection.splits, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    published = any(tally.published for tally in collection.tallies)

    def cells(found: Mapping[str, int], official: Mapping[str, int]) -> Iterable[str]:
        for part in collection.splits:
            count = f"{found.get(part, 0):,}"
            yield f"{count} of {official[part]:,}" if part in official else count

    totals = {part: int((collection.split == i).sum()) for i, part in enumerate(collection.splits)}
    table.add_row("[bold]images[/]", *cells(totals, {}))
    for tally in collection.tallies:
        table.add_row(_plain(tally.name), *cells(tally.found, tally.published))
    if published:
        table.caption = "“a of b”: here, and as published"
        table.caption_justify = "left"
    return table


def _copies(copies: Copies, word: str) -> str:
    found = [f"{count:,} within {part}" for part, count in copies.within.items() if count]
    found += [
        f"{count:,} of {later} {word} {earlier}" for (earlier, later), count in copies.across.items() if count
    ]
    return ("; ".join(found) or "none") + (" (too many to look at them all)" if copies.cut_short else "")


def _conflicts(findings: Findings, copies: Copies) -> list[str]:
    collection = findings.collection
    return [
        " and ".join(f"{collection.names[row]} ({collection.classes[collection.label[row]]})" for row in pair)
        for pair in copies.pairs[copies.conflicts].tolist()
    ]


def _copies_json(findings: Findings, copies: Copies) -> dict:
    names = findings.collection.names
    return {
        "within": copies.within,
        "across": {f"{later} in {earlier}": count for (earlier, later), count in copies.across.items()},
        "pairs": [[names[one], names[other]] for one, other in copies.pairs.tolist()],
        "conflicts": [[names[one], names[other]] for one, other in copies.pairs[copies.conflicts].tolist()],
        "cut_short": copies.cut_short,
    }


def _some(names: Iterable[str]) -> str:
    names = list(names)
    if not names:
        return "none"
    return f"{len(names):,} ({'; '.join(names[:_SHOWN])}{'; …' if len(names) > _SHOWN else ''})"
