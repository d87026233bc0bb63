"""Figures as the contract tells them."""

from eldercare.order.v1 import incident_pb2, incident_service_pb2, order_pb2
from order_service.incident.domain.words import Outcome
from order_service.incident.figures import Delay, Figures, Period
from order_service.moments import stamp
from order_service.visit.domain.words import OrderState


def figures_message(region: str, period: Period, counted: Figures) -> incident_service_pb2.Figures:
    return incident_service_pb2.Figures(
        region=region,
        start_time=stamp(period.start),
        end_time=stamp(period.end),
        incidents=[
            incident_service_pb2.OutcomeCount(outcome=_outcome(word), count=count)
            for word, count in counted.incidents.items()
        ],
        orders=[
            incident_service_pb2.StateCount(
                state=order_pb2.OrderState.Value(f"ORDER_STATE_{OrderState(word).name}"), count=count
            )
            for word, count in counted.orders.items()
        ],
        accept_delay=_delay(counted.accept),
        arrive_delay=_delay(counted.arrive),
    )


def _outcome(word: str) -> incident_pb2.Outcome.ValueType:
    return incident_pb2.Outcome.Value(f"OUTCOME_{Outcome(word).name if word else 'UNSPECIFIED'}")


def _delay(delay: Delay) -> incident_service_pb2.Delay:
    return incident_service_pb2.Delay(count=delay.count, median_s=delay.median_s, p90_s=delay.p90_s)
