"""TCP lines of our own between processes and their servers, which can be made as bad as real ones."""

from suite.wire.line import Trouble, Way
from suite.wire.wire import Wire

__all__ = ["Trouble", "Way", "Wire"]
