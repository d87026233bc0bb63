"""Watches: a day offline and then everything at once, twice over, by a clock that is a day off."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count

from chassis.clock import wall_now
from suite.crowd import Household
from suite.journals import Journals
from suite.simulated_watch import Body, Fix, SimulatedWatch, Status
from suite.waiting import NeverHappened, until
from suite.watch import WatchLine
from tests.faults.desk import Desk
from tests.faults.load import crowd_of
from tests.faults.stage import Outcome, Row, Stage, Unstaged

HOMES, REPORTS, PRESSES = 12, 144, 4
WRONG_CLOCKS = (timedelta(0), timedelta(days=1), timedelta(days=-1))
_numbers = count(1)


def a_day_offline(stage: Stage) -> Outcome:
    """Each sends a report of every ten minutes and four presses; then the line breaks, and all of it comes again."""
    journals = Journals(stage.box.state().auditors)
    began = journals.now("device")
    homes = crowd_of(stage.box, HOMES, 24)
    frames = {home.device: [*_backlog(home, WRONG_CLOCKS[n % 3])] for n, home in enumerate(homes)}
    for home in homes:
        for _ in range(2):
            _send(stage, home, frames[home.device])
    try:
        return _judged(stage, journals, began, homes)
    finally:
        journals.close()


def _backlog(home: Household, wrong_by: timedelta) -> Iterator[tuple[bytes, str]]:
    """Frames with the answer each gets, oldest first; `wrong_by` is how far the watch's clock is off."""
    line, fix = SimulatedWatch(number=home.identity), Fix(lat=home.lat, lon=home.lon)
    now = wall_now().replace(microsecond=0) + wrong_by
    for number in range(REPORTS):
        at = now - timedelta(minutes=10 * (REPORTS - number))
        yield line.stored_position(fix, at), ""
        if number % (REPORTS // PRESSES) == 0:
            yield line.alarm(Status.SOS, fix, at, Body(steps=next(_numbers))), "AL"


def _send(stage: Stage, home: Household, frames: Sequence[tuple[bytes, str]]) -> None:
    line = WatchLine(stage.box.state().watch, home.identity)
    line.hello()
    for frame, answer in frames:
        if answer:
            line.ask(frame, answer)
        else:
            line.say(frame)
    line.close()


def _judged(stage: Stage, journals: Journals, began: datetime, homes: Sequence[Household]) -> Outcome:
    pressed = len(homes) * PRESSES
    late = []
    try:
        until(lambda: _housed(journals, began, homes) >= pressed, "every press is in an incident")
    except NeverHappened as never:
        late.append(str(never))
    Desk(stage.box, began).tidy()
    alarms = _count(journals, "alarms", "device", began, [home.device for home in homes])
    frames = _count(journals, "frames", "'devices/' || device", began, [home.device for home in homes])
    expected = len(homes) * (REPORTS + PRESSES + 1)
    wrong = [*late]
    wrong += [f"{alarms} alarms of {pressed} presses"] if alarms != pressed else []
    wrong += [f"{frames} frames kept of {expected} different ones"] if frames != expected else []
    lost, doubled = max(0, pressed - alarms), max(0, alarms - pressed)
    return Outcome(lost=lost, doubled=doubled, wrong=wrong, seen=f"{pressed} presses in {expected} frames, each twice")


def _count(journals: Journals, table: str, device: str, began: datetime, devices: list[str]) -> int:
    sql = f"SELECT count(*) AS n FROM {table} WHERE receive_time >= %s AND {device} = ANY(%s)"  # noqa: S608 - our own words
    (row,) = journals.connections["device"].execute(sql.encode(), [began, devices]).fetchall()
    return int(row["n"])


def _housed(journals: Journals, began: datetime, homes: Sequence[Household]) -> int:
    sql = "SELECT name FROM alarms WHERE receive_time >= %s AND device = ANY(%s)"
    rows = journals.connections["device"].execute(sql, [began, [home.device for home in homes]]).fetchall()
    sql = "SELECT count(*) AS n FROM alarm_homes WHERE alarm = ANY(%s)"
    (row,) = journals.connections["order"].execute(sql, [[each["name"] for each in rows]]).fetchall()
    return int(row["n"])


ROWS = (Row(number=24, what="watches offline for a day, then all of it twice", play=a_day_offline),)
UNSTAGED = (
    Unstaged(number=23, what="Mosquitto killed after PUBACK", why="the suite has no MQTT devices and no Mosquitto yet"),
)
