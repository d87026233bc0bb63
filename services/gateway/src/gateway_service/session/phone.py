"""The phone a person types, as it is registered."""

import re

_HOME_CODE = "+86"
_WHOLE = re.compile(r"\+[1-9][0-9]{5,14}")
_MOBILE = re.compile(r"1[0-9]{10}")


def phone_of(typed: str) -> str | None:
    """With its country code; a mainland mobile may be typed without. None for what is no phone."""
    digits = re.sub(r"[\s().-]", "", typed)
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if _MOBILE.fullmatch(digits):
        digits = _HOME_CODE + digits
    return digits if _WHOLE.fullmatch(digits) else None
