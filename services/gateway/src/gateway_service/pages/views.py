"""Which page is whose: one view a role; who has several roles chooses."""

from gateway_service.house import SignedIn

_ROLES = {
    "board": ("operator", "supervisor"),
    "elder": ("elder",),
    "family": ("family",),
    "work": ("worker", "volunteer"),
}


def views_of(asked: SignedIn) -> list[str]:
    return [view for view, roles in _ROLES.items() if any(asked.has(role) for role in roles)]


def view_of(asked: SignedIn, wished: str) -> str:
    """The one wished for, if it is theirs, else their first; who has no role sees that there is nothing to do."""
    own = views_of(asked) or ["work"]
    return wished if wished in own else own[0]
