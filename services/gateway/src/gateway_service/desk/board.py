"""Pages to the duty desk, shown to operators until newer ones push them out. Redis shares them among gateways."""

from collections import OrderedDict

from chassis.access import covers
from gateway_service.desk.page import DeskPage

DESK_STREAM = "desk"
KEPT = 200


class DeskBoard:
    def __init__(self) -> None:
        self._pages: OrderedDict[str, DeskPage] = OrderedDict()

    def put(self, page: DeskPage) -> bool:
        """False when it hangs there already."""
        if page.key in self._pages:
            return False
        self._pages[page.key] = page
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return True

    def of(self, regions: list[str]) -> list[DeskPage]:
        """Newest first."""
        return [page for page in reversed(self._pages.values()) if any(covers(own, page.region) for own in regions)]
