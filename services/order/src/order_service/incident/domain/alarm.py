"""An alarm as order knows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    name: str
    kind: str
    device: str
    person: str
    place: str
    region: str
    cell: str
    receive_time: datetime
    archived: bool = False

    @property
    def subject(self) -> str:
        """Whose incident it is: the person's, else the place's, else the device's."""
        return self.person or self.place or self.device
