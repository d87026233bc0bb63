"""DutyService: translate in, call, translate out."""

from typing import Any

from chassis.rpc import Rpc, command, query
from chassis.work import Work
from eldercare.order.v1 import order_service_pb2, order_service_pb2_grpc
from order_service.duty import use_cases
from order_service.duty.lists import list_duties
from order_service.duty.live import LivePositions
from order_service.entrypoints.messages import duty_message, on_duty_message
from order_service.paging import page_of
from order_service.region.scope import Scope


class Duties(order_service_pb2_grpc.DutyServiceServicer):
    def __init__(self, rpc: Rpc, live: LivePositions) -> None:
        self.rpc, self._live = rpc, live

    def GoOnDuty(self, request: order_service_pb2.GoOnDutyRequest, call: Any) -> order_service_pb2.Duty:
        return self._seen(self._go_on(request, call), request.position)

    def ReportPosition(self, request: order_service_pb2.ReportPositionRequest, call: Any) -> order_service_pb2.Duty:
        return self._seen(self._report(request, call), request.position)

    def GoOffDuty(self, request: order_service_pb2.GoOffDutyRequest, call: Any) -> order_service_pb2.Duty:
        duty: order_service_pb2.Duty = self._go_off(request, call)
        self._live.drop(duty.worker)
        return duty

    @query
    def ListDuties(
        self, work: Work, request: order_service_pb2.ListDutiesRequest
    ) -> order_service_pb2.ListDutiesResponse:
        page = page_of(request.page_size, request.page_token, parts=1)
        found = list_duties(work, Scope(region=request.region), page)
        token = page.next_token((found[-1].duty.worker,), len(found)) if found else ""
        return order_service_pb2.ListDutiesResponse(
            duties=[on_duty_message(each) for each in found], next_page_token=token
        )

    @command
    def _go_on(self, work: Work, request: order_service_pb2.GoOnDutyRequest) -> order_service_pb2.Duty:
        here = request.position
        return duty_message(use_cases.go_on_duty(work, work.context.actor, lat=here.lat, lon=here.lon))

    @command
    def _report(self, work: Work, request: order_service_pb2.ReportPositionRequest) -> order_service_pb2.Duty:
        here = request.position
        return duty_message(use_cases.report_position(work, work.context.actor, lat=here.lat, lon=here.lon))

    @command
    def _go_off(self, work: Work, request: order_service_pb2.GoOffDutyRequest) -> order_service_pb2.Duty:
        return duty_message(use_cases.go_off_duty(work, work.context.actor))

    def _seen(self, duty: order_service_pb2.Duty, here: Any) -> order_service_pb2.Duty:
        """Only what was committed reaches Redis, and no transaction waits for it; where it does not, nobody minds."""
        self._live.put(duty.worker, here.lat, here.lon)
        return duty
