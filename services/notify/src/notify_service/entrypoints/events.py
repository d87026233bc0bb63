"""notify.events: what nameko consumes for this service."""

from __future__ import annotations

from chassis.consumer import Consumer
from notify_service.handlers import HANDLERS

EVENTS = Consumer(service="notify", handlers=HANDLERS)
