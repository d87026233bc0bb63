"""Refusals of the domains: what a caller is told."""

from __future__ import annotations

from chassis.refusal import Refusals
from people_service.api_key import domain as api_key
from people_service.person import domain as person
from people_service.provider import domain as provider
from people_service.region import domain as region
from people_service.role import domain as role

_INVALID, _NOT_NOW = "INVALID_ARGUMENT", "FAILED_PRECONDITION"

REFUSALS: Refusals = {
    region.RegionPathInvalid: (
        _INVALID,
        "A region is a path of one to four levels: regions/city/district/street/community.",
    ),
    region.RegionTitleInvalid: (_INVALID, "The region's display name must be readable text."),
    region.TimeZoneUnknown: (_INVALID, "The time zone is not in the IANA database. Example: Asia/Shanghai."),
    provider.ProviderNameInvalid: (_INVALID, "A provider is named providers/ and a UUID."),
    provider.ProviderTitleInvalid: (_INVALID, "The provider's display name must be readable text."),
    provider.ServiceClassInvalid: (_INVALID, "A service class is a code of small letters, digits, - and _."),
    api_key.TooManyKeys: (_NOT_NOW, "Two keys of this provider are valid. Revoke the one that is no longer used."),
    role.RoleObjectMismatch: (
        _INVALID,
        "This kind of role needs another object: family a person, worker a provider, elder none, others a region.",
    ),
    role.RightsNotAllowed: (_INVALID, "Rights belong to family: pay, confirm, represent."),
    role.RoleEndsBeforeStart: (_INVALID, "The role ends before it begins."),
    person.PersonNameInvalid: (_INVALID, "A person is named persons/ and a UUID."),
    person.CodeInvalid: (
        _INVALID,
        "Skills, categories and certificates are codes of small letters, digits, - and _; no free text.",
    ),
    person.CertificateTwice: (_INVALID, "A certificate is listed twice. Keep the one that expires last."),
    person.LanguageUnknown: (_INVALID, "The language must be zh-CN or en."),
    person.HomeMissing: (_INVALID, "An elder needs a home position, so that help can find it."),
    person.FamilyOfSelf: (_INVALID, "Nobody is family of itself."),
    person.RoleHeldAlready: (_NOT_NOW, "The person holds this role over that time already."),
    person.RoleNotHeld: (_NOT_NOW, "The person does not hold this role."),
    person.PersonIsErased: (_NOT_NOW, "This person was erased; only figures are left."),
}
