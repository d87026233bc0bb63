"""What a row prints: its line in the table, and when it is red, what was wrong and how to see it again."""

from tests.faults.stage import Outcome, Row, Scale

SHOWN = 20
TIMES = f"{'recovery':>9} {'worst gap':>10}"
HEAD = f"row  {'what':<48}{'seed':>4} {'window':>7} {'load':>6} {'lost':>5} {'doubled':>8} {'unanswered':>11} {TIMES}"


def line(row: Row, seed: int, scale: Scale, outcome: Outcome) -> str:
    shape = f"{scale.window_s:>5.0f} s {scale.producers * scale.rate:>4.3g}/s"
    counts = f"{outcome.lost:>5} {outcome.doubled:>8} {outcome.unanswered:>11}"
    times = f"{outcome.recovery_s:>7.1f} s {outcome.worst_gap_s:>8.1f} s"
    return f"{row.number:>3}  {row.what:<48}{seed:>4} {shape} {counts} {times}  {outcome.seen}"


def complaint(row: Row, seed: int, outcome: Outcome) -> str:
    """The first sentences, and how the same moments are drawn again."""
    sentences = "\n".join(outcome.wrong[:SHOWN])
    more = f"\nand {len(outcome.wrong) - SHOWN} more" if len(outcome.wrong) > SHOWN else ""
    return f"{sentences}{more}\nagain: make faults ROWS={row.number} SEED={seed}"
