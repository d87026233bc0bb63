"""payment.events: what order and people tell. Consumes, nothing else."""

from __future__ import annotations

from chassis.consumer import Consumer
from payment_service.handlers import HANDLERS

EVENTS = Consumer(service="payment", handlers=HANDLERS)
