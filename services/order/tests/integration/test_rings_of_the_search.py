"""Ring by ring, then the desk, then round again; every choice can be explained."""

from datetime import timedelta

from redis import Redis

from eldercare.order.v1 import events_pb2 as told
from order_service.dispatch.store import decisions_of
from order_service.duty.use_cases import go_off_duty
from services.order.tests.cast import BO, CHEN, DENG, FAR_DISTRICT, FENG, GARDEN, PROVIDER, Worker, name_of
from services.order.tests.conftest import RoomFactory
from services.order.tests.duty_room import DutyRoom
from suite.servers import Servers


def decided(room: DutyRoom, order: str) -> list[tuple[int, int, str, list[str]]]:
    with room.work() as work:
        return [(each.round, each.ring, each.source, each.offered) for each in decisions_of(work, order)]


def why(room: DutyRoom, order: str) -> dict[str, str]:
    """The reasons of the first ring, by worker."""
    with room.work() as work:
        return {each.worker: each.refused for each in decisions_of(work, order)[0].candidates}


def test_search_widens_each_time_a_ring_lets_its_time_pass(room: DutyRoom) -> None:
    room.on_duty(BO, DENG, FENG)
    order = room.order_of(room.press())
    room.search()
    assert room.offered(order) == {BO.name}
    room.wait(seconds=59)
    assert room.offered(order) == {BO.name}
    room.wait(seconds=2)
    assert room.offered(order) == {BO.name, DENG.name}
    room.wait(seconds=61)
    assert room.offered(order) == {BO.name, DENG.name, FENG.name}
    assert [(fact.ring, list(fact.workers)) for fact in room.told(told.OrderOffered)] == [
        (1, [BO.name]),
        (2, [DENG.name]),
        (3, [FENG.name]),
    ]


def test_ring_with_nobody_in_it_is_not_waited_for(room: DutyRoom) -> None:
    room.on_duty(FENG)
    order = room.order_of(room.press())
    room.search()
    assert room.offered(order) == {FENG.name}
    assert [ring for _, ring, _, _ in decided(room, order)] == [1, 2, 3]


def test_duty_desk_is_told_at_once_when_there_is_no_worker_at_all(room: DutyRoom) -> None:
    incident = room.press()
    room.search()
    (unanswered,) = room.told(told.OrderUnanswered)
    assert unanswered.responsible == GARDEN
    moved = room.told(told.ResponsibilityMoved)[-1]
    assert (moved.responsible, moved.reason) == (GARDEN, "no_worker")
    assert room.order(room.order_of(incident))["state"] == "placed"


def test_search_starts_again_and_again_and_finds_who_comes_on_duty_later(room: DutyRoom) -> None:
    order = room.order_of(room.press())
    room.search()
    room.wait(minutes=2)
    room.on_duty(BO)
    room.wait(minutes=2)
    assert room.offered(order) == {BO.name}
    assert len(room.told(told.OrderUnanswered)) == 1


def test_worker_who_let_one_round_pass_is_asked_again_in_the_next(room: DutyRoom) -> None:
    room.on_duty(BO)
    order = room.order_of(room.press())
    room.search()
    room.wait(seconds=61)
    assert len(room.told(told.OrderUnanswered)) == 1
    room.wait(seconds=61)
    assert [(fact.ring, list(fact.workers)) for fact in room.told(told.OrderOffered)] == [(1, [BO.name])] * 2
    room.accept(order, BO)


def test_search_that_never_comes_back_is_asked_for_again(room: DutyRoom) -> None:
    room.on_duty(BO)
    order = room.order_of(room.press())
    room.db.connection.execute(b"UPDATE effects SET state = 'given_up', settled_at = app_now()")
    room.wait(seconds=11)
    assert room.offered(order) == {BO.name}


def test_each_refused_candidate_has_a_reason(room: DutyRoom) -> None:
    crowd = {who: Worker(name=name_of("persons", who), metres=100 + 10 * len(who)) for who in "abcdefg"}
    a, b, c, d, e, f, g = crowd.values()
    now = room.db.now()
    room.person("items-seen", ("ELDER", ""))
    room.db.connection.execute(
        b"UPDATE items SET certificates = '{nursing}', skills = '{lifting}' WHERE name = 'items/urgent-visit'"
    )
    good = {"nursing": now + timedelta(days=30)}
    room.person(a.name, ("WORKER", PROVIDER), certificates=good, skills=["lifting"])
    room.person(b.name, ("WORKER", PROVIDER), certificates={"nursing": now - timedelta(days=1)}, skills=["lifting"])
    room.person(c.name, ("WORKER", PROVIDER), skills=["lifting"])
    room.person(d.name, ("WORKER", PROVIDER), certificates=good)
    room.person(e.name, ("VOLUNTEER", FAR_DISTRICT), certificates=good, skills=["lifting"])
    room.person(f.name, ("WORKER", "providers/nobody-told-us"), certificates=good, skills=["lifting"])
    room.person(g.name, ("WORKER", PROVIDER), certificates=good, skills=["lifting"])
    room.on_duty(*crowd.values())
    room.person(g.name, certificates=good, skills=["lifting"])
    order = room.order_of(room.press())
    room.search()
    assert why(room, order) == {
        a.name: "",
        b.name: "certificate_expired",
        c.name: "certificate_missing",
        d.name: "skill_missing",
        e.name: "other_region",
        f.name: "provider_unknown",
        g.name: "no_role",
    }
    assert room.offered(order) == {a.name}


def test_busy_worker_and_one_who_just_went_off_duty_are_not_asked(open_room: RoomFactory, redis_url: str) -> None:
    room = open_room(redis_url)
    room.live._redis.flushdb()
    room.on_duty(BO, CHEN)
    first = room.order_of(room.press())
    room.search()
    room.accept(first, BO)
    with room.work(CHEN.name) as work:
        go_off_duty(work, CHEN.name)
    second = room.order_of(room.press(person="persons/somebody-else"))
    room.search()
    assert why(room, second) == {BO.name: "busy", CHEN.name: "off_duty"}
    assert room.offered(second) == set()


def test_fresh_position_counts_more_than_the_coarse_one(open_room: RoomFactory, redis_url: str) -> None:
    room = open_room(redis_url)
    room.live._redis.flushdb()
    room.on_duty(BO, FENG)
    room.live.put(BO.name, *FENG.at)
    room.live.put(FENG.name, *BO.at)
    order = room.order_of(room.press())
    room.search()
    assert room.offered(order) == {FENG.name}
    assert decided(room, order)[0][2] == "redis"


def test_emptied_redis_loses_nobody(open_room: RoomFactory, redis_url: str) -> None:
    room = open_room(redis_url)
    room.on_duty(BO, CHEN)
    Redis.from_url(redis_url).flushdb()
    order = room.order_of(room.press())
    room.search()
    assert room.offered(order) == {BO.name, CHEN.name}


def test_same_candidates_from_postgres_when_redis_is_gone(open_room: RoomFactory, redis_url: str) -> None:
    offered = []
    for url in (redis_url, "redis://127.0.0.1:1"):
        room = open_room(url)
        room.live.drop(BO.name)
        room.on_duty(BO, CHEN, DENG)
        order = room.order_of(room.press())
        room.search()
        offered.append((decided(room, order)[0][2], room.offered(order)))
    assert offered == [("redis", {BO.name, CHEN.name}), ("postgres", {BO.name, CHEN.name})]


def test_press_without_any_position_asks_the_workers_of_the_district(room: DutyRoom) -> None:
    room.on_duty(BO, FENG)
    order = room.order_of(room.press(person="persons/unknown-to-us", cell=""))
    room.search()
    assert room.offered(order) == {BO.name, FENG.name}
    assert decided(room, order)[0][2] == "region"


def test_search_goes_on_when_redis_is_killed_under_it(open_room: RoomFactory, postgres: Servers) -> None:
    postgres.start("redis")
    room = open_room(postgres.redis_url)
    room.on_duty(BO, CHEN)
    order = room.order_of(room.press())
    postgres.redis.kill()
    try:
        room.search()
        assert decided(room, order)[0][2] == "postgres"
        assert room.offered(order) == {BO.name, CHEN.name}
        room.on_duty(DENG)
    finally:
        postgres.redis.restart()
