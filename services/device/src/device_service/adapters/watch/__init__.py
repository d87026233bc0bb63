"""Protocol `watch`: [MM*ID*LEN*CONTENT] over TCP."""

from device_service.adapters.watch.adapter import WatchAdapter

ADAPTER = WatchAdapter()

__all__ = ["ADAPTER", "WatchAdapter"]
