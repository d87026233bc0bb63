"""Verbs about regions."""

from __future__ import annotations

from chassis.refusal import Refusal
from chassis.work import Work
from people_service.contract import publish_region
from people_service.region import store
from people_service.region.domain import Region


class RegionUnknown(Refusal):
    """A region nobody has registered."""

    sentence = "This region is not registered. Register it first, from the city downwards."


def put_region(work: Work, told: Region) -> Region:
    """Register a region somewhere below a known one, or change how it is described."""
    work.lock(told.name)
    known = store.load(work, told.name, lock=True)
    if known is None:
        _require_tree(work, told)
        return _stored(work, told)
    described = known.described(display_name=told.display_name, time_zone=told.time_zone)
    return known if described is known else _stored(work, described)


def require_known(work: Work, region: str) -> None:
    if not store.is_known(work, region):
        raise RegionUnknown(region=region)


def _require_tree(work: Work, told: Region) -> None:
    if told.above and not any(store.is_known(work, region) for region in told.above):
        raise RegionUnknown(region=told.above[0])


def _stored(work: Work, region: Region) -> Region:
    store.save(work, region)
    publish_region(work, region)
    return region
