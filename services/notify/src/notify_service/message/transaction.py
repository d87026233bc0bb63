"""How code that runs outside of a transaction gets a short one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from chassis.work import Work

Transaction = Callable[[], AbstractContextManager[Work]]
