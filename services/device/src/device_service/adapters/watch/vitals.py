"""Heart rate, blood pressure, oxygen, skin temperature and steps out of their short messages."""

from device_service.adapters.events import Quality
from device_service.adapters.measures import (
    HEART_RATE,
    OXYGEN_SATURATION,
    SKIN_TEMPERATURE,
    STEPS,
    Judged,
    observe_blood_pressure,
)
from device_service.adapters.watch.fields import decimal, filled

TEMPERATURE_UNCONFIRMED = "TEMPERATURE_UNCONFIRMED"


def read_heart(fields: list[str]) -> list[Judged]:
    return [HEART_RATE.observe(decimal(fields, 0))]


def read_blood_pressure(fields: list[str]) -> list[Judged]:
    """Systolic, diastolic and, from some watches, the pulse taken with them."""
    judged = [observe_blood_pressure(decimal(fields, 0), decimal(fields, 1))]
    return [*judged, HEART_RATE.observe(decimal(fields, 2))] if filled(fields, 2) else judged


def read_oxygen(fields: list[str]) -> list[Judged]:
    """A kind of measurement, then the percentage; one number alone is the percentage."""
    return [OXYGEN_SATURATION.observe(decimal(fields, 1 if len(fields) > 1 else 0))]


def read_flagged_temperature(fields: list[str]) -> list[Judged]:
    """Flag 1 is a wrist reading. Flag 0 is "not valid" in one document and "forehead" in another: doubt it."""
    observation, quality, reasons = SKIN_TEMPERATURE.observe(decimal(fields, 1))
    if decimal(fields, 0) == 1:
        return [(observation, quality, reasons)]
    doubted = Quality.SUSPECT if quality is Quality.VALID else quality
    observation, _, _ = SKIN_TEMPERATURE.observe(decimal(fields, 1), method="unstated")
    return [(observation, doubted, (*reasons, TEMPERATURE_UNCONFIRMED))]


def read_temperature(fields: list[str]) -> list[Judged]:
    return [SKIN_TEMPERATURE.observe(decimal(fields, 0))]


def read_steps(steps: int | None) -> list[Judged]:
    return [] if steps is None else [STEPS.observe(steps)]
