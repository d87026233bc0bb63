"""One line an operation: the request that names one elder's thing. `of` is whose; request_id is filled in.

A new rpc needs a line here. The request has to be whole, so that whoever may make it is not refused for its form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import uuid4

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from eldercare.device.v1 import device_pb2
from eldercare.device.v1 import device_service_pb2 as device
from eldercare.device.v1 import export_job_service_pb2 as job
from eldercare.export.v1 import export_service_pb2 as export
from eldercare.notify.v1 import message_pb2
from eldercare.notify.v1 import notify_service_pb2 as notify
from eldercare.operation.v1 import operation_service_pb2 as operation
from eldercare.order.v1 import incident_pb2, order_pb2
from eldercare.order.v1 import incident_service_pb2 as incident
from eldercare.order.v1 import order_service_pb2 as order
from eldercare.order.v1 import provider_service_pb2 as provider
from eldercare.payment.v1 import payment_pb2
from eldercare.payment.v1 import payment_service_pb2 as payment
from eldercare.payment.v1 import statement_service_pb2 as statement
from eldercare.people.v1 import api_key_service_pb2 as api_key
from eldercare.people.v1 import person_pb2
from eldercare.people.v1 import person_service_pb2 as people
from eldercare.people.v1 import session_pb2 as session
from tests.access.cast import NURSE, Things

Ask = Callable[[Things], Message]
PASSWORD = "plum blossom 7"
_LATER = Timestamp()
_LATER.FromDatetime(datetime(2030, 1, 1, tzinfo=UTC))
_FEN = payment_pb2.Amount(minor=100, asset="CNY")
_HERE = order_pb2.Position(lat=31.2304, lon=121.4737, accuracy_m=10)
_TEST = incident_pb2.OUTCOME_TEST
_ITEM = order_pb2.Item(
    name="items/made-up",
    service_class="cleaning",
    price_per_minute=order_pb2.Amount(minor=100, asset="CNY"),
    price_cap=order_pb2.Amount(minor=1_000, asset="CNY"),
    planned_minutes=30,
)
_CARER = person_pb2.Role(kind=person_pb2.ROLE_KIND_ELDER)


def _new(noun: str) -> str:
    return f"{noun}/{uuid4()}"


def _watch(of: Things) -> device_pb2.Device:
    number = str(uuid4().int)[:10]
    return device_pb2.Device(adapter="watch", identity=number, vendor="made-up", model="M", region=of.region)


def _addressee(of: Things) -> message_pb2.Addressee:
    return message_pb2.Addressee(person=of.person, display_name="made up", language="en")


def _desk(of: Things) -> message_pb2.DutyDesk:
    phone = message_pb2.ContactPoint(channel=message_pb2.CHANNEL_VOICE, value="+860000000999", rank=1)
    return message_pb2.DutyDesk(region=of.region, contact_points=[phone])


def _lot(of: Things) -> payment_pb2.VoucherLot:
    lot = payment_pb2.VoucherLot(person=of.person, month="2026-11", payer_region=of.region)
    lot.granted.CopyFrom(_FEN)
    lot.expire_time.CopyFrom(_LATER)
    return lot


DEVICE: Mapping[str, Ask] = {
    "DeviceService.AssignDevice": lambda of: device.AssignDeviceRequest(name=of.device, place="places/made-up"),
    "DeviceService.GetAlarm": lambda of: device.GetAlarmRequest(name=of.alarm),
    "DeviceService.GetDevice": lambda of: device.GetDeviceRequest(name=of.device),
    "DeviceService.ListDevices": lambda of: device.ListDevicesRequest(region=of.region),
    "DeviceService.ListObservations": lambda of: device.ListObservationsRequest(person=of.person),
    "DeviceService.ListUnknownDevices": lambda _: device.ListUnknownDevicesRequest(),
    "DeviceService.RaiseAlarm": lambda of: device.RaiseAlarmRequest(person=of.person),
    "DeviceService.RegisterDevice": lambda of: device.RegisterDeviceRequest(device=_watch(of)),
    "DeviceService.ReleaseDevice": lambda of: device.ReleaseDeviceRequest(name=of.device),
    "ExportJobService.CancelExport": lambda of: job.CancelExportRequest(name=of.export),
    "ExportJobService.DownloadExport": lambda of: job.DownloadExportRequest(name=of.export),
    "ExportJobService.GetExport": lambda of: job.GetExportRequest(name=of.export),
    "ExportJobService.ListExports": lambda of: job.ListExportsRequest(subject=of.person),
    "ExportJobService.StartExport": lambda of: job.StartExportRequest(subject=of.person),
}
EXPORT: Mapping[str, Ask] = {
    "ExportService.ListParts": lambda _: export.ListPartsRequest(service="device"),
    "ExportService.StreamExport": lambda _: export.StreamExportRequest(service="device", part="alarms", until=_LATER),
}
NOTIFY: Mapping[str, Ask] = {
    "NotifyService.Answer": lambda of: notify.AnswerRequest(incident=of.incident, answer=message_pb2.ANSWER_KIND_SEEN),
    "NotifyService.GetRecordedCode": lambda _: notify.GetRecordedCodeRequest(phone="+860000000999"),
    "NotifyService.ListMessages": lambda of: notify.ListMessagesRequest(incident=of.incident),
    "NotifyService.ListParticipants": lambda of: notify.ListParticipantsRequest(incident=of.incident),
    "NotifyService.ListRecordedMessages": lambda of: notify.ListRecordedMessagesRequest(region=of.region),
    "NotifyService.ListRegionTimeline": lambda of: notify.ListRegionTimelineRequest(region=of.region),
    "NotifyService.ListTimeline": lambda of: notify.ListTimelineRequest(incident=of.incident),
    "NotifyService.PutAddressee": lambda of: notify.PutAddresseeRequest(addressee=_addressee(of)),
    "NotifyService.PutDutyDesk": lambda of: notify.PutDutyDeskRequest(desk=_desk(of)),
    "NotifyService.SendCode": lambda of: notify.SendCodeRequest(
        person=of.person, phone="+860000000999", code="000000", language="en", minutes=5, attempt=1
    ),
    "NotifyService.StartLadder": lambda of: notify.StartLadderRequest(
        incident=_new("incidents"), person=of.person, region=of.region, alarm_kind="sos_press"
    ),
}
OPERATION: Mapping[str, Ask] = {
    "OperationService.GetHealth": lambda _: operation.GetHealthRequest(),
}
ORDER: Mapping[str, Ask] = {
    "CatalogueService.ListItems": lambda _: order.ListItemsRequest(),
    "CatalogueService.PutItem": lambda _: order.PutItemRequest(item=_ITEM),
    "DutyService.GoOffDuty": lambda _: order.GoOffDutyRequest(),
    "DutyService.GoOnDuty": lambda _: order.GoOnDutyRequest(position=_HERE),
    "DutyService.ListDuties": lambda of: order.ListDutiesRequest(region=of.region),
    "DutyService.ReportPosition": lambda _: order.ReportPositionRequest(position=_HERE),
    "IncidentService.CloseIncident": lambda of: incident.CloseIncidentRequest(
        name=of.incident, outcome=incident_pb2.OUTCOME_TEST
    ),
    "IncidentService.CompleteTask": lambda of: incident.CompleteTaskRequest(name=of.task),
    "IncidentService.GetFigures": lambda of: incident.GetFiguresRequest(region=of.region),
    "IncidentService.GetIncident": lambda of: incident.GetIncidentRequest(name=of.incident),
    "IncidentService.ListIncidents": lambda of: incident.ListIncidentsRequest(region=of.region),
    "IncidentService.ListTasks": lambda of: incident.ListTasksRequest(region=of.region),
    "IncidentService.OpenIncident": lambda of: incident.OpenIncidentRequest(
        alarm=_new("alarms"), device=_new("devices"), region=of.region, kind="sos_press", correlation=str(uuid4())
    ),
    "IncidentService.TakeOver": lambda of: incident.TakeOverRequest(name=of.incident),
    "OrderService.AcceptOffer": lambda of: order.AcceptOfferRequest(name=of.order),
    "OrderService.Arrive": lambda of: order.ArriveRequest(name=of.order, visit_code="000000"),
    "OrderService.CancelOrder": lambda of: order.CancelOrderRequest(name=of.order, reason="other"),
    "OrderService.CompleteService": lambda of: order.CompleteServiceRequest(name=of.order, hand_over="safe"),
    "OrderService.ConfirmOrder": lambda of: order.ConfirmOrderRequest(name=of.order),
    "OrderService.DeclineOffer": lambda of: order.DeclineOfferRequest(name=of.order),
    "OrderService.Depart": lambda of: order.DepartRequest(name=of.order),
    "OrderService.FindOrder": lambda of: order.FindOrderRequest(number=of.number, region=of.region),
    "OrderService.GetOrder": lambda of: order.GetOrderRequest(name=of.order),
    "OrderService.ListDispatchDecisions": lambda of: order.ListDispatchDecisionsRequest(name=of.order),
    "OrderService.ListMyOrders": lambda _: order.ListMyOrdersRequest(),
    "OrderService.ListOrders": lambda of: order.ListOrdersRequest(region=of.region),
    "OrderService.PlaceOrder": lambda of: order.PlaceOrderRequest(person=of.person, item="items/cleaning"),
    "OrderService.RateOrder": lambda of: order.RateOrderRequest(name=of.order, score=5),
    "OrderService.StartService": lambda of: order.StartServiceRequest(name=of.order),
    "ProviderService.AcceptOffer": lambda of: order.AcceptOfferRequest(name=of.order),
    "ProviderService.Arrive": lambda of: order.ArriveRequest(name=of.order, visit_code="000000"),
    "ProviderService.AssignWorker": lambda of: provider.AssignWorkerRequest(name=of.order, worker=NURSE),
    "ProviderService.CompleteService": lambda of: order.CompleteServiceRequest(name=of.order, hand_over="safe"),
    "ProviderService.DeclineOffer": lambda of: order.DeclineOfferRequest(name=of.order),
    "ProviderService.Depart": lambda of: order.DepartRequest(name=of.order),
    "ProviderService.GetOrder": lambda of: order.GetOrderRequest(name=of.order),
    "ProviderService.ListMyOrders": lambda _: order.ListMyOrdersRequest(),
    "ProviderService.ReplaceWorker": lambda of: provider.ReplaceWorkerRequest(name=of.order, worker=NURSE),
    "ProviderService.StartService": lambda of: order.StartServiceRequest(name=of.order),
    "ProviderService.WatchOffers": lambda _: provider.WatchOffersRequest(),
}
PAYMENT: Mapping[str, Ask] = {
    "PaymentService.GetSettlement": lambda of: payment.GetSettlementRequest(name=of.settlement),
    "PaymentService.GrantVoucherLot": lambda of: payment.GrantVoucherLotRequest(lot=_lot(of)),
    "PaymentService.ListEntries": lambda of: payment.ListEntriesRequest(name=of.settlement),
    "PaymentService.ListVoucherLots": lambda of: payment.ListVoucherLotsRequest(person=of.person),
    "PaymentService.PutPayer": lambda of: payment.PutPayerRequest(person=of.person, processor_token="tok_ok"),
    "ProviderStatementService.ListSettlementStatements": lambda _: statement.ListSettlementStatementsRequest(),
}
PEOPLE: Mapping[str, Ask] = {
    "ApiKeyService.ExchangeApiKey": lambda _: api_key.ExchangeApiKeyRequest(secret="ekp_nothing"),
    "ApiKeyService.IssueApiKey": lambda of: api_key.IssueApiKeyRequest(provider=of.provider, scopes=["orders.read"]),
    "ApiKeyService.ListApiKeys": lambda of: api_key.ListApiKeysRequest(provider=of.provider),
    "ApiKeyService.RevokeApiKey": lambda of: api_key.RevokeApiKeyRequest(name=of.api_key),
    "PersonService.EndRole": lambda of: people.EndRoleRequest(name=of.person, kind=person_pb2.ROLE_KIND_ELDER),
    "PersonService.ErasePerson": lambda of: people.ErasePersonRequest(name=of.person),
    "PersonService.GetHome": lambda of: people.GetHomeRequest(name=of.person),
    "PersonService.GetPerson": lambda of: people.GetPersonRequest(name=of.person),
    "PersonService.GrantRole": lambda of: people.GrantRoleRequest(name=of.person, role=_CARER),
    "PersonService.ListDisplayNames": lambda of: people.ListDisplayNamesRequest(names=[of.person]),
    "PersonService.ListMyElders": lambda _: people.ListMyEldersRequest(),
    "PersonService.ListPersons": lambda of: people.ListPersonsRequest(region=of.region),
    "PersonService.PutProvider": lambda of: people.PutProviderRequest(
        provider=person_pb2.Provider(
            name=_new("providers"), region=of.region, display_name="made up", service_classes=["meals"]
        )
    ),
    "PersonService.PutRegion": lambda of: people.PutRegionRequest(
        region=person_pb2.Region(name=f"{of.region}/made-up", display_name="made up", time_zone="Asia/Shanghai")
    ),
    "PersonService.RegisterPerson": lambda of: people.RegisterPersonRequest(
        person=person_pb2.Person(name=_new("persons"), region=of.region),
        identifiers=person_pb2.Identifiers(display_name="Somebody Made-Up"),
    ),
    "SessionService.EndAllSessions": lambda _: session.EndAllSessionsRequest(),
    "SessionService.EndSession": lambda _: session.EndSessionRequest(name=_new("sessions")),
    "SessionService.LinkProvider": lambda of: session.LinkProviderRequest(
        name=of.person, issuer="https://made-up.example", subject="made-up"
    ),
    "SessionService.ListSessions": lambda _: session.ListSessionsRequest(),
    "SessionService.RefreshSession": lambda _: session.RefreshSessionRequest(refresh_token="made-up"),
    "SessionService.RequestCode": lambda _: session.RequestCodeRequest(phone="+860000000999"),
    "SessionService.SetPassword": lambda of: people.SetPasswordRequest(
        name=of.person, login="made-up", password=PASSWORD
    ),
    "SessionService.SignIn": lambda _: people.SignInRequest(login="nobody", password=PASSWORD),
    "SessionService.SignInWithCode": lambda _: session.SignInWithCodeRequest(challenge=str(uuid4()), code="000000"),
    "SessionService.SignInWithProvider": lambda _: session.SignInWithProviderRequest(
        issuer="https://made-up.example", subject="made-up"
    ),
}
REQUESTS: Mapping[str, Ask] = {
    f"{service}.{method}": ask
    for service, table in (
        ("device", DEVICE),
        ("export", EXPORT),
        ("notify", NOTIFY),
        ("operation", OPERATION),
        ("order", ORDER),
        ("payment", PAYMENT),
        ("people", PEOPLE),
    )
    for method, ask in table.items()
}
