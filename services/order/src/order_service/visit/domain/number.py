"""Short numbers for the phone: digits, then two check digits (ISO 7064, MOD 97-10).

One wrong digit or two neighbours swapped never give another valid number.
"""


def order_number(serial: int, *, digits: int) -> str:
    body = f"{serial % 10**digits:0{digits}d}"
    return f"{body}-{98 - int(body) * 100 % 97:02d}"


def is_order_number(said: str) -> bool:
    plain = said.replace("-", "")
    return plain.isascii() and plain.isdigit() and 6 <= len(plain) <= 9 and int(plain) % 97 == 1


def written(said: str) -> str:
    """The form it is stored in, whether the hyphen was said or not."""
    plain = said.replace("-", "")
    return f"{plain[:-2]}-{plain[-2:]}"


def incident_number(serial: int, *, digits: int) -> str:
    return f"I-{serial % 10**digits:0{digits}d}"
