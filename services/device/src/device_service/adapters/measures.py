"""LOINC codes and UCUM units of what wearables measure, and how far a consumer device can be believed.

Limits separate "cannot be a measurement" (invalid) from "would surprise a nurse" (suspect). They judge the
device, never the wearer's health.
"""

from dataclasses import dataclass

from device_service.adapters.events import Component, Observation, Quality

SYSTOLIC = "8480-6"
DIASTOLIC = "8462-4"
BLOOD_PRESSURE = "85354-9"
MMHG = "mm[Hg]"

VALUE_MISSING = "VALUE_MISSING"
MEASUREMENT_FAILED = "MEASUREMENT_FAILED"
VALUE_IMPLAUSIBLE = "VALUE_IMPLAUSIBLE"

Judged = tuple[Observation, Quality, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    code: str
    unit: str
    method: str
    possible: tuple[float, float]
    plausible: tuple[float, float]
    also: tuple[str, ...] = ()

    def observe(self, value: float | None, method: str | None = None) -> Judged:
        """A value outside the possible range is how these devices say that measuring failed."""
        quality, reasons = self._judge(value)
        observation = Observation(
            code=self.code, unit=self.unit, method=method or self.method, value=value, also=self.also
        )
        return observation, quality, reasons

    def _judge(self, value: float | None) -> tuple[Quality, tuple[str, ...]]:
        if value is None:
            return Quality.SUSPECT, (VALUE_MISSING,)
        if not self.possible[0] <= value <= self.possible[1]:
            return Quality.INVALID, (MEASUREMENT_FAILED,)
        if not self.plausible[0] <= value <= self.plausible[1]:
            return Quality.SUSPECT, (VALUE_IMPLAUSIBLE,)
        return Quality.VALID, ()


HEART_RATE = Measure(code="8867-4", unit="/min", method="wrist-optical", possible=(1, 254), plausible=(30, 220))
OXYGEN_SATURATION = Measure(
    code="2708-6", also=("59408-5",), unit="%", method="wrist-optical", possible=(1, 100), plausible=(50, 100)
)
SKIN_TEMPERATURE = Measure(code="8310-5", unit="Cel", method="wrist-skin", possible=(10, 50), plausible=(25, 43))
STEPS = Measure(
    code="55423-8", unit="{steps}", method="running-counter", possible=(0, 99_999_999), plausible=(0, 99_999_999)
)
_SYSTOLIC = Measure(code=SYSTOLIC, unit=MMHG, method="wrist-optical", possible=(1, 299), plausible=(60, 260))
_DIASTOLIC = Measure(code=DIASTOLIC, unit=MMHG, method="wrist-optical", possible=(1, 299), plausible=(30, 160))


def observe_blood_pressure(systolic: float | None, diastolic: float | None) -> Judged:
    """One observation with two components; the worse component decides what it is worth."""
    _, quality, reasons = max(
        (_SYSTOLIC.observe(systolic), _DIASTOLIC.observe(diastolic)), key=lambda judged: _BADNESS[judged[1]]
    )
    if quality is Quality.VALID and systolic is not None and diastolic is not None and systolic <= diastolic:
        quality, reasons = Quality.SUSPECT, (VALUE_IMPLAUSIBLE,)
    components = (
        Component(code=SYSTOLIC, unit=MMHG, value=systolic),
        Component(code=DIASTOLIC, unit=MMHG, value=diastolic),
    )
    panel = Observation(code=BLOOD_PRESSURE, unit=MMHG, method="wrist-optical", components=components)
    return panel, quality, reasons


_BADNESS = {Quality.VALID: 0, Quality.SUSPECT: 1, Quality.INVALID: 2}
