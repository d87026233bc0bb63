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
        """False when it hangs there already. A later page about the same takes the place of the one before."""
        if page.key in self._pages:
            return False
        for key in [each.key for each in self._pages.values() if each.about == page.about]:
            del self._pages[key]
        self._pages[page.key] = page
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return True

    def of(self, regions: list[str]) -> list[DeskPage]:
        """Newest first."""
        return [
            page
            for page in reversed(self._pages.values())
            if any(not page.region or covers(own, page.region) for own in regions)
        ]
