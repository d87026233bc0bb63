"""The simulation bites: each defect that was planted is found within eight hundred timelines, most within a hundred."""

import pytest

from chassis import relay
from chassis.effect_runner import EffectRunner
from chassis.relay import Relay
from chassis.retries import SetAsideRunner
from chassis.subscriber import Subscriber
from chassis.timers import TimerRunner
from notify_service.channel.recorder import Recorder
from notify_service.ladder import carry_out
from notify_service.ladder.domain.ladder import Ladder
from order_service.incident import keeping
from tests.simulation.mutations import Mutation, planted
from tests.simulation.processes import Broken
from tests.simulation.suite import Suite
from tests.simulation.timeline import Simulation

_CLAIMED = """    with connection.transaction():
        rings, record = set[str](), Record()
        for delivery, reason in batch.broken:
            self._park_broken(connection, delivery, reason)
        fresh, now = self._claim(connection, batch.events)
"""
MUTATIONS = [
    Mutation(
        what="claim is not in the transaction",
        owner=Subscriber,
        verb="_attempt",
        old=_CLAIMED,
        new="    fresh, now = self._claim(connection, batch.events)\n" + _CLAIMED.rpartition("        fresh")[0],
    ),
    Mutation(
        what="nobody asks whether an event was handled before",
        owner=Subscriber,
        verb="_claim",
        old="if arrived.envelope.id in claimed:",
        new="if True:",
    ),
    Mutation(
        what="later events do not wait behind one set aside",
        owner=Subscriber,
        verb="_waiting",
        old='return {row["aggregate"] for row in rows}',
        new="return set()",
    ),
    Mutation(
        what="what was set aside is tried in any order",
        owner=SetAsideRunner,
        verb="_claim",
        old="AND e.id < s.id",
        new="AND e.id < 0",
    ),
    Mutation(
        what="acknowledged before the commit",
        owner=Suite,
        verb="_consume",
        old="    loop.state.process(",
        new="    for tag, _ in taken:\n        self.broker.ack(service, epoch, tag)\n    loop.state.process(",
    ),
    Mutation(
        what="relay forgets before the broker has confirmed",
        owner=Relay,
        verb="_send",
        old="    try:\n",
        new='    connection.execute("DELETE FROM outbox WHERE position = ANY(%s)",'
        ' [[row["outbox_position"] for row in rows]])\n    try:\n',
    ),
    Mutation(
        what="two of an aggregate are in flight",
        owner=relay,
        verb="_rounds",
        old='index = turn.get(row["aggregate"], 0)',
        new="index = 0",
    ),
    Mutation(
        what="a timer is gone before its handler commits",
        owner=TimerRunner,
        verb="tick",
        old="        rings = self._fire(connection, row)\n",
        new="            pass\n"
        '        connection.execute("DELETE FROM timers WHERE key = %s", [row["key"]])\n'
        "        with connection.transaction():\n"
        "            rings = self._fire(connection, row)\n",
    ),
    Mutation(
        what="an unknown call is made again and nobody asks",
        owner=EffectRunner,
        verb="_outcome",
        old="executor.ask(effect) if effect.in_doubt else None",
        new="None",
    ),
    Mutation(
        what="a lost call counts as refused",
        owner=EffectRunner,
        verb="_settle",
        old='state = "unknown" if effect.in_doubt or isinstance(outcome, Exception) else "pending"',
        new='state = "pending"',
    ),
    Mutation(
        what="of a group only one letter goes out",
        owner=Recorder,
        verb="_keep",
        old="_insert(work, rows)",
        new="_insert(work, rows[:1])",
    ),
    Mutation(
        what="a step of the ladder is left out",
        owner=Ladder,
        verb="time_out",
        old="self._next(now)",
        new="self.step += 1\n        self._next(now)",
    ),
    Mutation(
        what="after an answer a step is left out",
        owner=Ladder,
        verb="_cannot",
        old="self._all_unable():\n",
        new="self._all_unable():\n        self.step += 1\n",
    ),
    Mutation(
        what="a ladder waits for an hour",
        owner=Ladder,
        verb="_next",
        old="self.due = now + step.wait",
        new="self.due = now + 30 * step.wait",
    ),
    Mutation(
        what="a ladder forgets its next step",
        owner=carry_out,
        verb="set_step_timer",
        old="if ladder.due is not None:",
        new="if ladder.step != 2:",
    ),
    Mutation(
        what="an incident keeps its old clock",
        owner=keeping,
        verb="keep",
        old="if incident.is_open:",
        new="if is_new and incident.is_open:",
    ),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_planted_defect_is_found(mutation: Mutation, simulation: Simulation) -> None:
    with planted(mutation):
        for seed in range(mutation.within):
            try:
                simulation.play(seed)
            except Broken:
                return
    pytest.fail(f"not found in {mutation.within} timelines: {mutation.what}")
