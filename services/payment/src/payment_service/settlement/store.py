"""Settlements in SQL; what their lots hold is read from the ledger."""

from __future__ import annotations

from psycopg.rows import DictRow

from chassis.work import Work
from payment_service.ledger.domain import account
from payment_service.ledger.domain.amount import Amount
from payment_service.ledger.domain.transfer import Pending
from payment_service.settlement.domain.parts import HeldLot, Secure, Stage, State, Terms, Wanted
from payment_service.settlement.domain.settlement import Settlement


def name_of(order: str) -> str:
    return f"settlements/{order.removeprefix('orders/')}"


def lock(work: Work, name: str) -> Settlement | None:
    """The settlement, held until this transaction ends, also where there is none yet."""
    work.lock(name)
    return load(work, name)


def load(work: Work, name: str) -> Settlement | None:
    row = work.one("SELECT * FROM settlements WHERE name = %s", [name])
    return _settlement(row, _lots(work, name)) if row else None


def save(work: Work, settlement: Settlement) -> None:
    """Writes what changed; a settlement that is decided and said to be decided again is left alone."""
    row = _row(settlement)
    columns, values = ", ".join(row), ", ".join(f"%({column})s" for column in row)
    kept, said = ", ".join(f"settlements.{column}" for column in row), ", ".join(f"excluded.{column}" for column in row)
    work.run(
        f"INSERT INTO settlements ({columns}) VALUES ({values}) "  # noqa: S608  column names of this file
        f"ON CONFLICT (name) DO UPDATE SET ({columns}) = ROW ({said}) WHERE ({kept}) IS DISTINCT FROM ({said})",
        row,
    )


def _row(settlement: Settlement) -> dict[str, object]:
    terms, secure = settlement.terms, settlement.secure
    return {
        "name": settlement.name,
        "order_name": terms.order,
        "incident": terms.incident,
        "person": terms.person,
        "payee": terms.payee,
        "region": terms.region,
        "payer_region": terms.payer_region,
        "service_class": terms.service_class,
        "urgent": terms.urgent,
        "asset": terms.asset,
        "cap": terms.cap.minor,
        "state": settlement.state,
        "wanted": settlement.wanted,
        "stage": secure.stage,
        "processor": secure.processor,
        "payer": secure.payer,
        "secure_amount": secure.minor,
        "reference": secure.reference,
        "price": settlement.price,
        "voucher_part": settlement.voucher_part,
        "secure_part": settlement.secure_part,
        "claim_part": settlement.claim_part,
        "accept_time": terms.accept_time,
        "decide_time": settlement.decide_time,
        "settle_time": settlement.settle_time,
    }


def _lots(work: Work, name: str) -> list[HeldLot]:
    rows = work.all("SELECT * FROM settlement_lots WHERE settlement = %s ORDER BY expire_time, lot", [name])
    return [_held(row) for row in rows]


def _held(row: DictRow) -> HeldLot:
    lot, asset = row["lot"], row["asset"]
    source, hold = account.voucher_lot(lot, asset), account.lot_hold(lot, asset)
    pending = Pending(name=row["transfer"], source=source, hold=hold, minor=row["held"])
    return HeldLot(lot=lot, pending=pending, captured=row["captured"])


def _settlement(row: DictRow, lots: list[HeldLot]) -> Settlement:
    return Settlement(
        name=row["name"],
        terms=_terms(row),
        lots=lots,
        secure=Secure(
            stage=Stage(row["stage"]),
            processor=row["processor"],
            payer=row["payer"],
            minor=row["secure_amount"],
            reference=row["reference"],
        ),
        state=State(row["state"]),
        wanted=Wanted(row["wanted"]),
        price=row["price"],
        secure_part=row["secure_part"],
        claim_part=row["claim_part"],
        decide_time=row["decide_time"],
        settle_time=row["settle_time"],
    )


def _terms(row: DictRow) -> Terms:
    return Terms(
        order=row["order_name"],
        incident=row["incident"],
        person=row["person"],
        payee=row["payee"],
        region=row["region"],
        payer_region=row["payer_region"],
        service_class=row["service_class"],
        urgent=row["urgent"],
        cap=Amount(minor=row["cap"], asset=row["asset"]),
        accept_time=row["accept_time"],
    )
