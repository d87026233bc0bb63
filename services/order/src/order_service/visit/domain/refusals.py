"""What an order refuses. Metadata names what the sentence is about."""


class OrderRefusal(Exception):
    def __init__(self, **metadata: str) -> None:
        super().__init__(" ".join(f"{key}={value}" for key, value in metadata.items()))
        self.metadata = metadata


class OfferGone(OrderRefusal):
    pass


class NotOffered(OrderRefusal):
    pass


class NotYourVisit(OrderRefusal):
    pass


class OrderNotThere(OrderRefusal):
    """The order is in a state that does not allow the step."""


class OrderNotCancellable(OrderRefusal):
    pass


class WorkerIsThere(OrderRefusal):
    """Who stands at the door is not replaced."""


class WorkerBusy(OrderRefusal):
    pass


class WorkerNotQualified(OrderRefusal):
    pass


class PositionTooVague(OrderRefusal):
    pass


class PositionTooOld(OrderRefusal):
    pass


class PositionTooFar(OrderRefusal):
    pass


class ArrivalNotProven(OrderRefusal):
    pass


class VisitCodeWrong(OrderRefusal):
    # The try is counted although the arrival is refused.
    commits = True


class VisitCodeLocked(OrderRefusal):
    pass


class RightMissing(OrderRefusal):
    pass


class AlreadyRated(OrderRefusal):
    pass


class BookTimePassed(OrderRefusal):
    pass


class NumberMisheard(OrderRefusal):
    pass


class NoElder(OrderRefusal):
    pass
