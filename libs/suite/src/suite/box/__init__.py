"""The small box: every service of the suite in a handful of processes on one machine."""

from suite.box.box import Box, BoxPlace
from suite.box.state import BoxState, read_state

__all__ = ["Box", "BoxPlace", "BoxState", "read_state"]
