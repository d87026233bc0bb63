"""What an incident refuses. Metadata names what the sentence is about."""


class IncidentRefusal(Exception):
    def __init__(self, **metadata: str) -> None:
        super().__init__(" ".join(f"{key}={value}" for key, value in metadata.items()))
        self.metadata = metadata


class IncidentAlreadyClosed(IncidentRefusal):
    pass


class OrderUnfinished(IncidentRefusal):
    pass


class NotYourIncident(IncidentRefusal):
    pass
