"""What is measured, part after part; what breaks leaves its rows empty and the other parts alone."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from traceback import format_exc

from bench import alarm_rate, alarms, export, feeds_open, hop, publishing, rpc, start, stories, vitals, web
from bench.house import House, open_house
from bench.rounds import Rounds
from bench.row import Row
from bench.stage import Stage
from bench.web_client import allow_files

Measure = Callable[[], Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`rows` are the names it answers for, also when it cannot be measured."""

    what: str
    rows: Sequence[str]
    measure: Measure

    def after(self, prepare: Callable[[], None]) -> "Part":
        """The same, once what an earlier part left behind is out of the way."""

        def measure() -> Sequence[Row]:
            prepare()
            return self.measure()

        return replace(self, measure=measure)

    def run(self, say: Callable[[str], None]) -> Sequence[Row]:
        say(self.what)
        try:
            return self.measure()
        except Exception as broken:  # the other paths are still worth knowing; this one is missed
            say(f"could not be measured:\n{format_exc()}")
            return empty(self.rows, f"not measured: {type(broken).__name__}")


def empty(names: Sequence[str], why: str) -> list[Row]:
    return [Row(name=name, value=None, unit="", beside=why) for name in names]


def of_chassis(stage: Stage, rounds: Rounds) -> list[Part]:
    return [
        Part(
            what="event hop: consume, claim, read, update, journal, outbox, commit, acknowledge",
            rows=["hop_throughput"],
            measure=lambda: [hop.measure(stage, rounds)],
        ),
        Part(
            what="outbox to broker",
            rows=["relay_throughput", "publish_throughput"],
            measure=lambda: publishing.measure(stage, rounds),
        ),
        Part(
            what="rpc command with a transaction",
            rows=["rpc_throughput"],
            measure=lambda: [rpc.measure(stage, rounds)],
        ),
        Part(
            what=f"an export of {rounds.exported:,} observations",
            rows=["export_throughput", "export_memory"],
            measure=lambda: export.measure(stage, rounds),
        ),
    ]


def chosen(parts: Sequence[Part], only: Collection[str]) -> list[Part]:
    """The parts that answer for a row that begins with a word of `only`; all of them when it is empty."""
    return [part for part in parts if not only or any(row.startswith(tuple(only)) for row in part.rows)]


def of_box(stage: Stage, rounds: Rounds, plot: Path, only: Collection[str] = ()) -> Part:
    """All that needs the whole box; without a box all its rows are empty."""

    def measure() -> list[Row]:
        allow_files(feeds_open.HELD + feeds_open.BEYOND)
        with open_house(stage, rounds.homes, extra=web.LIMITS) as house:
            wanted = chosen(_in(house, rounds, plot), only)
            return [row for part in wanted for row in part.after(house.close_incidents).run(stage.say)]

    return Part(what="a whole small box", rows=OF_BOX, measure=measure)


def of_start(rounds: Rounds) -> Part:
    return Part(
        what="start of everything in an empty folder, and its memory at rest",
        rows=["suite_start", "box_memory"],
        measure=lambda: start.measure(rounds),
    )


_ALARMS = ("alarm_to_notify_p50", "alarm_to_notify_p99", "alarm_to_notify_p50_stock_nameko")
_READS = ("gateway_throughput", "gateway_p99")
_FEEDS = ("feed_fan_out_p50", "feed_fan_out_p99")
_OPEN = ("feeds_open", "feed_memory")
OF_BOX = (*_ALARMS, "vitals_throughput", "alarm_throughput", "story_throughput", *_READS, *_FEEDS, *_OPEN)


def _in(house: House, rounds: Rounds, plot: Path) -> list[Part]:
    return [
        Part(
            what=f"alarms to the first call, {alarms.RATE:.0f} a second, beside bare hops and stock nameko",
            rows=_ALARMS,
            measure=lambda: alarms.measure(house, rounds, plot),
        ),
        Part(
            what="vitals over sockets",
            rows=["vitals_throughput"],
            measure=lambda: [vitals.measure(house, rounds)],
        ),
        Part(
            what="alarms as fast as nothing grows",
            rows=["alarm_throughput"],
            measure=lambda: [alarm_rate.measure(house, rounds)],
        ),
        Part(
            what="whole stories to settled money",
            rows=["story_throughput"],
            measure=lambda: [stories.measure(house, rounds)],
        ),
        Part(
            what="reads through the gateway, beside a bare echo",
            rows=_READS,
            measure=lambda: web.measure_reads(house, rounds),
        ),
        Part(
            what=f"one line told to {web.FEEDS:,} open feeds",
            rows=_FEEDS,
            measure=lambda: web.measure_feeds(house, rounds),
        ),
        Part(
            what=f"{feeds_open.HELD:,} open feeds, and {feeds_open.BEYOND} more",
            rows=_OPEN,
            measure=lambda: web.measure_open(house),
        ),
    ]
