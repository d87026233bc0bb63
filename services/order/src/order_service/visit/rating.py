"""How a service was, said once by elder or family."""

from dataclasses import dataclass

from chassis.work import Work
from order_service.visit.domain.refusals import AlreadyRated
from order_service.visit.keeping import keep_visit, lock_visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    rater: str
    score: int
    reasons: tuple[str, ...] = ()


def rate_order(work: Work, name: str, rating: Rating) -> None:
    visit = lock_visit(work, name)
    visit.order.rate(rating.score, rating.reasons)
    added = work.run(
        """INSERT INTO ratings ("order", rater, score, reasons) VALUES (%s, %s, %s, %s)
           ON CONFLICT ("order") DO NOTHING""",
        [name, rating.rater, rating.score, list(rating.reasons)],
    )
    if not added:
        raise AlreadyRated(order=name)
    keep_visit(work, visit)
