"""What a caller hears when a call fails: google.rpc.Status with a name."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
import structlog
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from protovalidate import ValidationError
from psycopg_pool import PoolTimeout

from chassis.database import told
from chassis.refusal import STATUSES, Refusal, Refusals, reason_of
from chassis.rpc.client import Refused

log = structlog.get_logger(__name__)
DOMAIN = "eldercare"


def status_of(method: str, failure: Exception, refusals: Refusals) -> status_pb2.Status:
    if isinstance(failure, Refused):
        return _passed_on(failure)
    if isinstance(failure, ValidationError):
        return _invalid(failure)
    if isinstance(failure, Refusal):
        return named(failure.status, failure.reason, failure.sentence, failure.metadata)
    known = refusals.get(type(failure))
    if known is not None:
        return named(known[0], reason_of(type(failure)), known[1], _named_parts(failure))
    if isinstance(failure, (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)):
        log.warning("database.lost", method=method, **told(failure))
        return named("UNAVAILABLE", "DATABASE_UNAVAILABLE", "The store cannot be reached. Try again shortly.", {})
    log.error("rpc.failed", method=method, exc_info=failure)
    return named("INTERNAL", "INTERNAL", "Something went wrong on our side. It is logged.", {})


def _passed_on(refused: Refused) -> status_pb2.Status:
    """What another service answered, when it concerns the caller; our own trouble with it does not."""
    if refused.code.name in STATUSES - {"UNAUTHENTICATED", "PERMISSION_DENIED", "INVALID_ARGUMENT"}:
        return named(refused.code.name, refused.reason, refused.sentence, {})
    log.error("peer.refused", reason=refused.reason, code=refused.code.name)
    return named("INTERNAL", "INTERNAL", "Something went wrong on our side. It is logged.", {})


def _named_parts(failure: Exception) -> dict[str, str]:
    return {"detail": str(failure.args[0])} if failure.args else {}


def named(code: str, reason: str, sentence: str, metadata: Mapping[str, str]) -> status_pb2.Status:
    """google.rpc.Status with ErrorInfo (AIP-193)."""
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=dict(metadata)))
    return status_pb2.Status(code=code_pb2.Code.Value(code), message=sentence, details=[detail])


def _invalid(failure: ValidationError) -> status_pb2.Status:
    status = named("INVALID_ARGUMENT", "INVALID_ARGUMENT", "Some fields are missing or wrong.", {})
    bad = error_details_pb2.BadRequest()
    for violation in failure.to_proto().violations:
        path = ".".join(element.field_name for element in (violation.field.elements if violation.field else ()))
        bad.field_violations.add(field=path, description=violation.message or violation.rule_id)
    detail = any_pb2.Any()
    detail.Pack(bad)
    status.details.append(detail)
    return status
