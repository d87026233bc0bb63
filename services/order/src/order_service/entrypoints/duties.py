"""DutyService: translate in, call, translate out."""

from typing import Any

from chassis.rpc import Rpc, command
from chassis.work import Work
from eldercare.order.v1 import order_service_pb2, order_service_pb2_grpc
from order_service.duty import use_cases
from order_service.duty.domain import Duty
from order_service.duty.live import LivePositions
from order_service.entrypoints.messages import duty_message


class Duties(order_service_pb2_grpc.DutyServiceServicer):
    def __init__(self, rpc: Rpc, live: LivePositions) -> None:
        self.rpc, self._live = rpc, live

    @command
    def GoOnDuty(self, work: Work, request: order_service_pb2.GoOnDutyRequest) -> order_service_pb2.Duty:
        here = request.position
        duty = use_cases.go_on_duty(work, work.context.actor, lat=here.lat, lon=here.lon)
        return self._seen(duty, here)

    @command
    def ReportPosition(self, work: Work, request: order_service_pb2.ReportPositionRequest) -> order_service_pb2.Duty:
        here = request.position
        duty = use_cases.report_position(work, work.context.actor, lat=here.lat, lon=here.lon)
        return self._seen(duty, here)

    @command
    def GoOffDuty(self, work: Work, request: order_service_pb2.GoOffDutyRequest) -> order_service_pb2.Duty:
        duty = use_cases.go_off_duty(work, work.context.actor)
        self._live.drop(duty.worker)
        return duty_message(duty)

    def _seen(self, duty: Duty, here: Any) -> order_service_pb2.Duty:
        """Only what the domain allowed reaches Redis; that it may not, is nobody's trouble."""
        self._live.put(duty.worker, here.lat, here.lon)
        return duty_message(duty)
