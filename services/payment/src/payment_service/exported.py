"""What payment gives to an export: how each order was paid, and every entry of it."""

from __future__ import annotations

from chassis.export.history import history_part
from chassis.export.part import Part, in_region
from chassis.export.shape import FLAG, INTEGER, LIST, TEXT, TIME, maybe

_SELECTORS = {"region": in_region("s.region"), "person": "s.person = %(person)s"}

SETTLEMENTS = Part(
    noun="settlements",
    shape={
        "name": TEXT,
        "order": TEXT,
        "incident": TEXT,
        "person": TEXT,
        "payee": TEXT,
        "region": TEXT,
        "payer_region": TEXT,
        "service_class": TEXT,
        "urgent": FLAG,
        "asset": TEXT,
        "cap": INTEGER,
        "state": TEXT,
        "wanted": TEXT,
        "stage": TEXT,
        "processor": TEXT,
        "payer": TEXT,
        "secure_amount": INTEGER,
        "reference": TEXT,
        "price": INTEGER,
        "voucher_part": INTEGER,
        "secure_part": INTEGER,
        "claim_part": INTEGER,
        "accept_time": TIME,
        "decide_time": maybe(TIME),
        "settle_time": maybe(TIME),
        "lots": LIST,
    },
    rows="""s.*, s.order_name AS order,
            ARRAY(SELECT jsonb_build_object('lot', l.lot, 'held', l.held, 'captured', l.captured, 'asset', l.asset,
                                            'resolution', l.resolution)
                  FROM settlement_lots l WHERE l.settlement = s.name ORDER BY l.expire_time, l.lot, l.transfer) AS lots
            FROM settlements s""",
    key={"s.accept_time": "timestamptz", "s.name": "text"},
    sorted_by=("accept_time", "name"),
    older="s.accept_time < %(until)s",
    selectors=_SELECTORS,
    time="accept_time",
)

ENTRIES = Part(
    noun="entries",
    shape={
        "position": INTEGER,
        "line": INTEGER,
        "transfer": TEXT,
        "settlement": TEXT,
        "kind": TEXT,
        "rule": TEXT,
        "account": TEXT,
        "asset": TEXT,
        "amount": INTEGER,
        "effective_time": TIME,
        "post_time": TIME,
    },
    rows="""t.position, e.line, e.transfer, t.settlement, t.kind, t.rule, e.account, e.asset, e.amount,
            t.effective_time, t.post_time
            FROM transfers t JOIN entries e ON e.transfer = t.name JOIN settlements s ON s.name = t.settlement""",
    key={"t.position": "bigint", "e.line": "smallint"},
    sorted_by=("position", "line"),
    older="t.post_time < %(until)s",
    selectors=_SELECTORS,
    time="post_time",
)

PARTS = (SETTLEMENTS, ENTRIES, history_part("payment"))
