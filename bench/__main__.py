"""`python -m bench [--quick] [--json FILE] [--grow] [--only ROW …]`: what each path reaches, and its bare parts."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import parts
from bench.growth import grow
from bench.rounds import Rounds
from bench.row import Row
from bench.stage import open_stage
from bench.table import as_json, print_table

PLOT = Path("build/bench/alarms.html")


def main() -> int:
    """Returns 1 when a path could not be measured; a missed target is said and is no failure."""
    told = _arguments()
    if told.grow:
        with open_stage(_say) as stage:
            grow(stage, quick=told.quick)
        return 0
    rounds = Rounds.quick() if told.quick else Rounds.whole()
    plot = told.json.with_suffix(".alarms.html") if told.json else PLOT
    rows, facts = measure(rounds, plot, told.only)
    print_table(rows, facts | {"medians of": f"{rounds.number} turns, value and floor in turn"})
    if told.json:
        told.json.write_text(json.dumps(as_json(rows), indent=1) + "\n")
    return 1 if any(row.value is None for row in rows) else 0


def measure(rounds: Rounds, plot: Path, only: Sequence[str] = ()) -> tuple[list[Row], dict[str, str]]:
    with open_stage(_say) as stage:
        found = [*parts.of_chassis(stage, rounds), parts.of_box(stage, rounds, plot, only)]
        rows = [row for part in parts.chosen(found, only) for row in part.run(_say)]
        facts = stage.facts()
    last = parts.chosen([parts.of_start(rounds)], only)
    return [*rows, *(row for part in last for row in part.run(_say))], facts


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three small rounds instead of five")
    parser.add_argument("--grow", action="store_true", help="instead: what paths cost as devices and journal grow")
    parser.add_argument(
        "--only",
        nargs="+",
        default=(),
        metavar="ROW",
        help="measure the parts with these rows alone, `export` for all that begin so",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well, the plot beside them")
    return parser.parse_args()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
