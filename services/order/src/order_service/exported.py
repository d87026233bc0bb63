"""What order gives to an export: incidents and their outcomes, tasks, orders, and how each came about."""

from chassis.export.history import history_part
from chassis.export.part import Part, in_region
from chassis.export.shape import FLAG, INTEGER, LIST, NUMBER, TEXT, TIME, maybe

INCIDENTS = Part(
    noun="incidents",
    shape={
        "name": TEXT,
        "number": TEXT,
        "person": TEXT,
        "place": TEXT,
        "region": TEXT,
        "cell": TEXT,
        "kind": TEXT,
        "archived": FLAG,
        "urgency": TEXT,
        "rule": TEXT,
        "state": TEXT,
        "responsible": TEXT,
        "reason": maybe(TEXT),
        "deadline_time": TIME,
        "open_time": TIME,
        "alarms": LIST,
    },
    rows="""i.*, ARRAY(SELECT h.alarm FROM alarm_homes h WHERE h.home = i.name ORDER BY h.join_time, h.alarm) AS alarms
            FROM incidents i""",
    key={"i.open_time": "timestamptz", "i.name": "text"},
    sorted_by=("open_time", "name"),
    older="i.open_time < %(until)s",
    selectors={"region": in_region("i.region"), "person": "i.person = %(person)s"},
    time="open_time",
)

OUTCOMES = Part(
    noun="outcomes",
    shape={"incident": TEXT, "outcome": TEXT, "closer": TEXT, "close_time": TIME},
    rows="i.name AS incident, i.outcome, i.closer, i.close_time FROM incidents i",
    key={"i.close_time": "timestamptz", "i.name": "text"},
    sorted_by=("close_time", "incident"),
    older="i.close_time < %(until)s",
    selectors=INCIDENTS.selectors,
    time="close_time",
)

TASKS = Part(
    noun="tasks",
    shape={
        "name": TEXT,
        "device": TEXT,
        "region": TEXT,
        "kind": TEXT,
        "open_time": TIME,
        "deadline_time": TIME,
        "done_time": maybe(TIME),
        "alarms": LIST,
    },
    rows="""t.*, ARRAY(SELECT h.alarm FROM alarm_homes h WHERE h.home = t.name ORDER BY h.join_time, h.alarm) AS alarms
            FROM tasks t""",
    key={"t.open_time": "timestamptz", "t.name": "text"},
    sorted_by=("open_time", "name"),
    older="t.open_time < %(until)s",
    selectors={"region": in_region("t.region"), "device": "t.device = %(device)s"},
    time="open_time",
)

_MOMENTS = ("accept", "depart", "arrive", "start", "complete", "confirm")
ORDERS = Part(
    noun="orders",
    shape={
        "name": TEXT,
        "number": TEXT,
        "incident": TEXT,
        "person": TEXT,
        "place": TEXT,
        "item": TEXT,
        "service_class": TEXT,
        "urgent": FLAG,
        "home_region": TEXT,
        "service_region": TEXT,
        "payer_region": TEXT,
        "cell": TEXT,
        "per_minute_minor": INTEGER,
        "cap_minor": INTEGER,
        "asset": TEXT,
        "planned_minutes": INTEGER,
        "certificates": LIST,
        "skills": LIST,
        "place_time": TIME,
        "book_time": maybe(TIME),
        "replaces": TEXT,
        "state": TEXT,
        "deadline_time": TIME,
        "worker": TEXT,
        "provider": TEXT,
        "round": INTEGER,
        **{f"{moment}_time": maybe(TIME) for moment in _MOMENTS},
        "arrival_proof": maybe(TEXT),
        "arrival_distance_m": maybe(NUMBER),
        "hand_over": TEXT,
        "verified_minutes": INTEGER,
        "price_minor": maybe(INTEGER),
        "end_reason": TEXT,
    },
    rows="o.* FROM orders o",
    key={"o.place_time": "timestamptz", "o.name": "text"},
    sorted_by=("place_time", "name"),
    older="o.place_time < %(until)s",
    selectors={"region": in_region("o.service_region"), "person": "o.person = %(person)s"},
    time="place_time",
)

PARTS = (INCIDENTS, OUTCOMES, TASKS, ORDERS, history_part("order"))
