"""Short numbers of a district: taken when something opens, given back when it is over."""

from collections.abc import Callable

from chassis.work import Work
from order_service.region.domain import district_of

# A crowded district gets longer numbers instead of none.
_TRIES = (4, 4, 4, 5, 5, 6, 7)


def take_number(work: Work, *, region: str, holder: str, write: Callable[[int, int], str]) -> str:
    """The next free number; `write` puts serial and digits into words."""
    district = district_of(region)
    for digits in _TRIES:
        row = work.one("SELECT nextval('short_number_serial') AS serial")
        number = write(row["serial"] if row else 0, digits)
        if work.run(
            "INSERT INTO short_numbers (district, number, holder) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [district, number, holder],
        ):
            return number
    raise RuntimeError(f"no short number is free in {district}")


def give_number_back(work: Work, holder: str) -> None:
    work.run("DELETE FROM short_numbers WHERE holder = %s", [holder])
