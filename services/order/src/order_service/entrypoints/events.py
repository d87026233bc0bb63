"""order.events: what device, notify and people tell. Consumes, nothing else."""

from chassis.consumer import Consumer
from order_service.handlers import HANDLERS

EVENTS = Consumer(service="order", handlers=HANDLERS)
