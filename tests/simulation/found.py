"""What a statement gave back, as a cursor of psycopg shows it."""

from typing import Any

Row = dict[str, Any]


class Found:
    """What a statement gave back."""

    __slots__ = ("rowcount", "rows")

    def __init__(self, rows: list[Row], rowcount: int) -> None:
        self.rows, self.rowcount = rows, rowcount

    def fetchone(self) -> Row | None:
        return self.rows[0] if self.rows else None

    def fetchall(self) -> list[Row]:
        return self.rows
