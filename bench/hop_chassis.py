"""The hop as a service writes it: a use case that reads a row, changes it and records a fact."""

from chassis.consumer import Consumer
from chassis.work import Work
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.order.v1.events_pb2 import ResponsibilityMoved


def take_alarm(work: Work, event: AlarmRaised) -> None:
    row = work.one("SELECT seen FROM bench_subjects WHERE name = %s FOR UPDATE", [event.device])
    seen = row["seen"] + 1 if row else 1
    work.run("UPDATE bench_subjects SET seen = %s WHERE name = %s", [seen, event.device])
    work.publish(ResponsibilityMoved(incident=event.device, reason=str(seen)), aggregate=event.device)


EVENTS = Consumer(service="order", handlers={AlarmRaised: take_alarm})
