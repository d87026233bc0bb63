"""SQL of the catalogue."""

from typing import Any

from chassis.work import Work
from order_service.catalogue.domain import Item
from order_service.visit.domain.amount import Amount


def save_item(work: Work, item: Item) -> None:
    work.run(
        """INSERT INTO items (name, service_class, per_minute_minor, cap_minor, asset, planned_minutes, certificates,
                              skills, by_provider)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
           ON CONFLICT (name) DO UPDATE SET service_class = excluded.service_class,
               per_minute_minor = excluded.per_minute_minor, cap_minor = excluded.cap_minor, asset = excluded.asset,
               planned_minutes = excluded.planned_minutes, certificates = excluded.certificates,
               skills = excluded.skills, by_provider = excluded.by_provider""",
        [
            item.name,
            item.service_class,
            item.price_per_minute.minor,
            item.price_cap.minor,
            item.price_cap.asset,
            item.planned_minutes,
            list(item.certificates),
            list(item.skills),
            item.by_provider,
        ],
    )


def find_item(work: Work, name: str) -> Item | None:
    row = work.one("SELECT * FROM items WHERE name = %s", [name])
    return _item(row) if row else None


def list_items(work: Work) -> list[Item]:
    return [_item(row) for row in work.all("SELECT * FROM items ORDER BY name")]


def _item(row: dict[str, Any]) -> Item:
    return Item(
        name=row["name"],
        service_class=row["service_class"],
        price_per_minute=Amount(minor=row["per_minute_minor"], asset=row["asset"]),
        price_cap=Amount(minor=row["cap_minor"], asset=row["asset"]),
        planned_minutes=row["planned_minutes"],
        certificates=tuple(row["certificates"]),
        skills=tuple(row["skills"]),
        by_provider=row["by_provider"],
    )
