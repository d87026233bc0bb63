"""What ingress counts."""

from prometheus_client import Counter, Gauge, Histogram

FRAMES = Counter("eldercare_device_frames_total", "Frames by what became of them", ["verdict"])
ALARMS = Counter("eldercare_device_alarms_total", "Alarms raised")
GARBAGE = Counter("eldercare_device_garbage_bytes_total", "Bytes that are no frame", ["reason"])
CUT = Counter("eldercare_device_sessions_cut_total", "Connections we closed", ["reason"])
CONNECTIONS = Gauge("eldercare_device_connections", "Open connections")
WAITING = Gauge("eldercare_device_waiting_bytes", "Bytes read and not yet stored")
STORE = Histogram(
    "eldercare_device_store_seconds",
    "One transaction of frames",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2),
)
