"""The administrative tree as paths: regions/city/district/street/community."""

_DISTRICT = 3


def covers(above: str, below: str) -> bool:
    return above != "" and (below == above or below.startswith(above + "/"))


def is_city(region: str) -> bool:
    """The top of the tree: `regions/<city>`."""
    return region.count("/") == 1


def district_of(region: str) -> str:
    """Short numbers are unique in a district; a shorter path stands for itself."""
    return "/".join(region.split("/")[:_DISTRICT])


def is_near(one: str, other: str) -> bool:
    """One covers the other, or both lie in one district."""
    return covers(one, other) or covers(other, one) or (district_of(one) == district_of(other) != "")
