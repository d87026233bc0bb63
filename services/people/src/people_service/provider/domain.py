"""An organisation that serves elders."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

NAME = re.compile(r"providers/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class ProviderNameInvalid(Exception):
    """Not a provider's resource name."""


class ProviderTitleInvalid(Exception):
    """Nothing to show, or characters nobody can see."""


class ServiceClassInvalid(Exception):
    """A class of service that is not a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    name: str
    region: str
    display_name: str
    service_classes: tuple[str, ...] = ()
    version: int = 1

    @classmethod
    def founded(cls, *, name: str, region: str, display_name: str, service_classes: tuple[str, ...]) -> Provider:
        if not NAME.fullmatch(name):
            raise ProviderNameInvalid
        return cls(
            name=name, region=region, display_name=_readable(display_name), service_classes=_codes(service_classes)
        )

    def described(self, *, region: str, display_name: str, service_classes: tuple[str, ...]) -> Provider:
        """Return the provider as told; the same words again are no change."""
        told = replace(
            self, region=region, display_name=_readable(display_name), service_classes=_codes(service_classes)
        )
        return self if told == self else replace(told, version=self.version + 1)


def _readable(title: str) -> str:
    if not title.strip() or not title.isprintable():
        raise ProviderTitleInvalid
    return title


def _codes(classes: tuple[str, ...]) -> tuple[str, ...]:
    if not all(CODE.fullmatch(each) for each in classes):
        raise ServiceClassInvalid
    return tuple(sorted(set(classes)))
