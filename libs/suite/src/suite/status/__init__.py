"""What an operator wants to know at a glance; each part tells for itself when it cannot be reached."""

from suite.status.status import Status, look

__all__ = ["Status", "look"]
