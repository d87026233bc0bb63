"""The story the suite serves, played once with real bytes on real sockets: from a press to the last fen."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from chassis.clock import monotonic
from device_service.adapters.watch.speak import SimulatedWatch
from suite import cast
