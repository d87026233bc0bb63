"""For each alert: the series it looks at, values at which it must fire, values at which it must be silent."""

from dataclasses import dataclass

# promtool's notation, a value a minute: a constant, and a counter that moves once after five minutes.
ZERO, ONE, MOVED = "0x20", "1x20", "0x5 1x15"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`labels` are those of the alert that fires; series that stay as they are stand in `beside`."""

    series: str
    bad: str = ONE
    good: str = ZERO
    labels: tuple[tuple[str, str], ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    at: str = "8m"


def waiting(place: str, *, bad: str = ONE, good: str = ZERO, at: str = "8m") -> Case:
    series = f'eldercare_waiting_rows{{service="order",place="{place}",instance="a"}}'
    return Case(series=series, bad=bad, good=good, labels=(("service", "order"),), at=at)


def of_service(series: str, *, bad: str, good: str) -> Case:
    return Case(series=f'{series}{{service="order",instance="a"}}', bad=bad, good=good, labels=(("service", "order"),))


def of_queue(series: str, queue: str, *, bad: str, good: str) -> Case:
    return Case(series=f'{series}{{queue="{queue}",instance="a"}}', bad=bad, good=good, labels=(("queue", queue),))


def of_instance(series: str) -> Case:
    return Case(series=f'{series}{{instance="a"}}', bad=ZERO, good=ONE, labels=(("instance", "a"),))


OLDEST = 'eldercare_oldest_waiting_seconds{service="order",place="outbox",instance="a"}'
LINK = 'eldercare_relay_broker_connected{service="order",instance="a"}'
ACTIVE = (('eldercare_relay_active{service="order",instance="a"}', ONE),)
PROCESSES = tuple(
    (f'eldercare_process_info{{process="{name}",version="0.1.0"}}', ONE) for name in ("core", "ingress", "gateway")
)
CASES = {
    "IncidentWithoutLadder": Case(series="eldercare_order_incidents_without_ladder"),
    "IncidentUnowned": Case(series="eldercare_order_incidents_unowned"),
    "IncidentsOverdue": Case(series="eldercare_order_incidents_overdue"),
    "LaddersStranded": Case(series="eldercare_notify_ladders_stranded"),
    "MessagesOverdue": Case(series="eldercare_notify_messages_overdue"),
    "AlarmsWithoutHome": Case(series="eldercare_device_alarms_not_handed_over", good="0 1 0 1 0 1 0 1 0 1"),
    "DutyDeskPaged": Case(
        series='eldercare_pages_total{reason="no_incident",instance="a"}',
        bad=MOVED,
        labels=(("reason", "no_incident"),),
    ),
    "AlarmsHandedOver": Case(series="eldercare_device_hand_overs_total", bad=MOVED, good="7x20"),
    "LaddersHandedOver": Case(series="eldercare_order_ladder_hand_overs_total", bad=MOVED, good="7x20"),
    "ClocksSetAgain": Case(
        series='eldercare_order_clocks_set_again_total{what="ladder"}', bad=MOVED, labels=(("what", "ladder"),)
    ),
    "OutboxLate": Case(series=OLDEST, bad="60x20", good="5x20", labels=(("service", "order"),)),
    "OutboxParked": waiting("outbox_parked"),
    "RelayMissing": of_service("eldercare_relay_active", bad=ZERO, good=ONE),
    "EventsSetAside": waiting("set_aside", good="1 0 1 0 1 0 1 0 1 0"),
    "EventsParked": waiting("parked"),
    "NobodyConsumes": of_queue("eldercare_queue_consumers", "order.urgent.0", bad=ZERO, good=ONE),
    "ConsumerNotConsuming": Case(
        series='eldercare_consumer_consuming{consumer="order",instance="a"}',
        bad=ZERO,
        good=ONE,
        labels=(("consumer", "order"),),
    ),
    "QueueGrows": of_queue("eldercare_queue_ready_messages", "order.urgent.0", bad="5000x20", good="900x20"),
    "DeadLetters": of_queue("eldercare_queue_ready_messages", "order.dead", bad=ONE, good=ZERO),
    "TimersOverdue": waiting("timers_overdue"),
    "TimersParked": waiting("timers_parked"),
    "CallsOverdue": waiting("effects_overdue"),
    "CallsUnknown": waiting("effects_unknown", good="1x5 0x20", at="15m"),
    "BrokerAway": Case(series=LINK, bad=ZERO, good=ONE, labels=(("service", "order"),), beside=ACTIVE),
    "DatabaseAway": of_service("eldercare_database_connected", bad=ZERO, good=ONE),
    "ProcessNotReady": of_instance("eldercare_process_ready"),
    "ProcessNotLive": of_instance("eldercare_process_live"),
    "ProcessGone": Case(
        series='up{job="eldercare",instance="a"}',
        bad=ZERO,
        good=ONE,
        labels=(("job", "eldercare"), ("instance", "a")),
    ),
    "ProcessMissing": Case(
        series='eldercare_process_info{process="events",version="0.1.0"}',
        bad="_x20",
        good=ONE,
        labels=(("process", "events"),),
        beside=PROCESSES,
    ),
    "AuditorSilent": of_service("eldercare_audited_timestamp_seconds", bad="60x20", good="0+60x20"),
    "PaymentBreach": Case(series='eldercare_payment_breaches{kind="ledger"}', labels=(("kind", "ledger"),)),
}
ALWAYS = "Heartbeat"
