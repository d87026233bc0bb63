"""IncidentService: translate in, call, translate out."""

from chassis.refusal import NotFound
from chassis.rpc import Rpc, command, query
from chassis.work import Work
from eldercare.order.v1 import incident_pb2, incident_service_pb2, incident_service_pb2_grpc
from order_service.access import is_operator
from order_service.entrypoints.figures import figures_message
from order_service.entrypoints.messages import incident_message, task_message
from order_service.incident import lists, use_cases
from order_service.incident.alarms import take_alarm
from order_service.incident.domain.alarm import Alarm
from order_service.incident.domain.incident import Incident
from order_service.incident.domain.words import Outcome
from order_service.incident.figures import Period, figures
from order_service.incident.store import alarms_of, read_incident
from order_service.moments import moment
from order_service.paging import page_of
from order_service.region.scope import Scope
from order_service.task.use_cases import complete_task


class Incidents(incident_service_pb2_grpc.IncidentServiceServicer):
    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc

    @command
    def OpenIncident(
        self, work: Work, request: incident_service_pb2.OpenIncidentRequest
    ) -> incident_service_pb2.OpenIncidentResponse:
        alarm = Alarm(
            name=request.alarm,
            kind=request.kind,
            device=request.device,
            person=request.person,
            place=request.place,
            region=request.region,
            cell=request.cell,
            receive_time=moment(request.receive_time) or work.now,
            archived=request.archived,
        )
        return incident_service_pb2.OpenIncidentResponse(name=take_alarm(work, alarm, request.correlation))

    @query
    def GetIncident(self, work: Work, request: incident_service_pb2.GetIncidentRequest) -> incident_pb2.Incident:
        incident = read_incident(work, request.name)
        if incident is None:
            raise NotFound(request.name)
        return _told(work, [incident])[0]

    @query
    def ListIncidents(
        self, work: Work, request: incident_service_pb2.ListIncidentsRequest
    ) -> incident_service_pb2.ListIncidentsResponse:
        page = page_of(request.page_size, request.page_token, parts=3)
        found = lists.list_incidents(work, Scope(region=request.region), page, open_only=request.open_only)
        token = page.next_token(lists.place_of(found[-1]), len(found)) if found else ""
        return incident_service_pb2.ListIncidentsResponse(incidents=_told(work, found), next_page_token=token)

    @query
    def GetFigures(self, work: Work, request: incident_service_pb2.GetFiguresRequest) -> incident_service_pb2.Figures:
        period = Period.of(moment(request.start_time), moment(request.end_time), work.now)
        return figures_message(request.region, period, figures(work, Scope(region=request.region), period))

    @command
    def TakeOver(self, work: Work, request: incident_service_pb2.TakeOverRequest) -> incident_pb2.Incident:
        return _told(work, [use_cases.take_over(work, request.name, work.context.actor)])[0]

    @command
    def CloseIncident(self, work: Work, request: incident_service_pb2.CloseIncidentRequest) -> incident_pb2.Incident:
        known = read_incident(work, request.name)
        incident = use_cases.close_incident(
            work,
            request.name,
            Outcome[incident_pb2.Outcome.Name(request.outcome).removeprefix("OUTCOME_")],
            closer=work.context.actor,
            is_operator=is_operator(work.caller, known.region if known else ""),
        )
        return _told(work, [incident])[0]

    @query
    def ListTasks(
        self, work: Work, request: incident_service_pb2.ListTasksRequest
    ) -> incident_service_pb2.ListTasksResponse:
        page = page_of(request.page_size, request.page_token, parts=3)
        found = lists.list_tasks(work, Scope(region=request.region), page)
        alarms, _ = lists.parts_of(work, [task.name for task in found])
        token = page.next_token(lists.place_of_task(found[-1]), len(found)) if found else ""
        tasks = [task_message(task, alarms.get(task.name, [])) for task in found]
        return incident_service_pb2.ListTasksResponse(tasks=tasks, next_page_token=token)

    @command
    def CompleteTask(self, work: Work, request: incident_service_pb2.CompleteTaskRequest) -> incident_pb2.Task:
        task = complete_task(work, request.name)
        return task_message(task, alarms_of(work, task.name))


def _told(work: Work, incidents: list[Incident]) -> list[incident_pb2.Incident]:
    alarms, orders = lists.parts_of(work, [incident.name for incident in incidents])
    return [
        incident_message(incident, alarms.get(incident.name, []), orders.get(incident.name, []))
        for incident in incidents
    ]
