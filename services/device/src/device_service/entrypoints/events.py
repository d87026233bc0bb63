"""What device hears from order and people."""

from chassis.consumer import Consumer
from device_service.handlers import HANDLERS

EVENTS = Consumer(service="device", handlers=HANDLERS)
