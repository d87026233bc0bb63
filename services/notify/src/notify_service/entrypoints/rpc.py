"""NotifyService of the contract: translate in, call, translate out."""

from __future__ import annotations

from chassis.rpc import Rpc, command, query
from chassis.seal import Seals
from chassis.work import Caller, Work
from eldercare.notify.v1 import notify_service_pb2 as contract
from eldercare.notify.v1.message_pb2 import Addressee, DutyDesk
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceServicer
from notify_service.access import answers_for
from notify_service.channel.phones import newest_code, recorded
from notify_service.contact.use_cases import put_addressee, put_duty_desk
from notify_service.entrypoints import translate
from notify_service.handlers import opening_of
from notify_service.ladder import store as ladders
from notify_service.ladder.domain.ladder import Answer
from notify_service.ladder.use_cases import answer, start_ladder
from notify_service.message import store as messages
from notify_service.message.codes import CodePost
from notify_service.message.compose import sentence_of
from notify_service.relation.participants import participants
from notify_service.relation.store import family_of, languages_of, zone_of
from notify_service.timeline import store as timeline
from notify_service.timeline.store import Entry

DEFAULT_PAGE = 50


class NotifyRpc(NotifyServiceServicer):
    def __init__(self, rpc: Rpc, seals: Seals, codes: CodePost) -> None:
        self.rpc = rpc
        self.seals = seals
        self.codes = codes

    @command
    def PutAddressee(self, work: Work, request: contract.PutAddresseeRequest) -> Addressee:
        put_addressee(work, self.seals, translate.addressee(request.addressee))
        return translate.without_identifiers(request.addressee)

    @command
    def PutDutyDesk(self, work: Work, request: contract.PutDutyDeskRequest) -> DutyDesk:
        desk = request.desk
        put_duty_desk(work, self.seals, desk.region, desk.language or "zh-CN", translate.points(desk.contact_points))
        return translate.desk_without_values(desk)

    @command
    def StartLadder(self, work: Work, request: contract.StartLadderRequest) -> contract.StartLadderResponse:
        return contract.StartLadderResponse(ladder=start_ladder(work, opening_of(request)))

    @command
    def Answer(self, work: Work, request: contract.AnswerRequest) -> contract.AnswerResponse:
        caller, kind = work.caller or Caller(subject=""), translate.answer(request.answer)
        is_operator = _for_desk(work, caller, request.incident, kind)
        stood_down = answer(work, request.incident, caller.subject, kind, "app", is_operator=is_operator)
        return contract.AnswerResponse(stood_down=stood_down)

    @command(prepare="_handed_over", keeps_answer=False)
    def SendCode(self, _work: Work, _request: contract.SendCodeRequest, reference: str) -> contract.SendCodeResponse:
        return contract.SendCodeResponse(provider_reference=reference)

    def _handed_over(self, request: contract.SendCodeRequest, _caller: Caller | None) -> str:
        """Outside of any transaction; the key makes a repeat the same message."""
        return self.codes.send(translate.code(request), request.attempt)

    @query
    def ListMessages(self, work: Work, request: contract.ListMessagesRequest) -> contract.ListMessagesResponse:
        limit = request.page_size or DEFAULT_PAGE
        found = messages.of_incident(work, request.incident, after=request.page_token, limit=limit + 1)
        languages = languages_of(work, {each.recipient for each in found})
        told = [
            translate.message(each, sentence_of(work, self.seals, each, languages[each.recipient]).text)
            for each in found[:limit]
        ]
        token = found[limit - 1].name if len(found) > limit else ""
        return contract.ListMessagesResponse(messages=told, next_page_token=token)

    @query
    def ListParticipants(
        self, work: Work, request: contract.ListParticipantsRequest
    ) -> contract.ListParticipantsResponse:
        found = participants(work, self.seals, request.incident)
        return contract.ListParticipantsResponse(participants=[translate.participant(each) for each in found])

    @query
    def ListRecordedMessages(
        self, work: Work, request: contract.ListRecordedMessagesRequest
    ) -> contract.ListRecordedMessagesResponse:
        found = recorded(work, self.seals, request.region, request.page_size or DEFAULT_PAGE)
        return contract.ListRecordedMessagesResponse(messages=[translate.recorded(each) for each in found])

    @query
    def GetRecordedCode(self, work: Work, request: contract.GetRecordedCodeRequest) -> contract.RecordedCode:
        self.codes.require_recorded()
        return translate.recorded_code(*newest_code(work, self.seals, request.phone))

    @query
    def ListTimeline(self, work: Work, request: contract.ListTimelineRequest) -> contract.ListTimelineResponse:
        limit = request.page_size or DEFAULT_PAGE
        found = timeline.of_incident(work, request.incident, request.after_id, limit)
        return contract.ListTimelineResponse(entries=_told(work, found, request.language))

    @query
    def ListRegionTimeline(
        self, work: Work, request: contract.ListRegionTimelineRequest
    ) -> contract.ListRegionTimelineResponse:
        limit = request.page_size or DEFAULT_PAGE
        found = timeline.of_region(work, request.region, request.after_id, limit)
        return contract.ListRegionTimelineResponse(entries=_told(work, found, request.language))


def _for_desk(work: Work, caller: Caller, incident: str, kind: Answer) -> bool:
    """An operator speaks for the desk; one who is also family does so only when taking over."""
    opening = ladders.opening_of(work, incident)
    if opening is None or not answers_for(caller, opening.region):
        return False
    return kind is Answer.TAKE_OVER or caller.subject not in family_of(work, opening.person)


def _told(work: Work, found: list[Entry], language: str) -> list[translate.TimelineEntry]:
    zones = {region: zone_of(work, region) for region in {entry.line.region for entry in found}}
    return [translate.entry(each, language, zones[each.line.region]) for each in found]
