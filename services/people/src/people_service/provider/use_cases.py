"""Verbs about providers."""

from __future__ import annotations

from chassis.refusal import NotFound
from chassis.work import Work
from people_service.contract import publish_provider
from people_service.provider import store
from people_service.provider.domain import Provider
from people_service.reach import Reach
from people_service.region.use_cases import require_known


def put_provider(work: Work, told: Provider, reach: Reach) -> Provider:
    """Register a provider, or change how it is described; another region's provider is not there."""
    work.lock(told.name)
    require_known(work, told.region)
    known = store.load(work, told.name, lock=True)
    if known is None:
        return _stored(work, told)
    if not reach.covers(known.region):
        raise NotFound(told.name)
    described = known.described(
        region=told.region, display_name=told.display_name, service_classes=told.service_classes
    )
    return known if described is known else _stored(work, described)


def _stored(work: Work, provider: Provider) -> Provider:
    store.save(work, provider)
    publish_provider(work, provider)
    return provider
