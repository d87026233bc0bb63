"""`python -m bench [--quick] [--json FILE]`: a table of what each path reaches, and of what the bare parts reach."""

import argparse
import json
import sys
from pathlib import Path

from bench import hop, publishing, rpc
from bench.rounds import Rounds
from bench.stage import Stage, open_stage
from bench.table import Row, as_json, print_table


def main() -> int:
    told = _arguments()
    rounds = Rounds.quick() if told.quick else Rounds.whole()
    with open_stage(_say) as stage:
        rows = measure(stage, rounds)
        print_table(rows, rounds, stage.facts())
    if told.json:
        told.json.write_text(json.dumps(as_json(rows), indent=1) + "\n")
    return 0


def measure(stage: Stage, rounds: Rounds) -> list[Row]:
    _say("event hop: consume, claim, read, update, journal, outbox, commit, acknowledge")
    rows = [hop.measure(stage, rounds)]
    _say("outbox to broker")
    rows += publishing.measure(stage, rounds)
    _say("rpc command with a transaction")
    return [*rows, rpc.measure(stage, rounds)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three small rounds instead of five")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    return parser.parse_args()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
