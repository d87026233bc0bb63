"""Two consuming services in one process, as a small box hosts them."""

import sys

from chassis.serve_events import serve  # patches before anything else is loaded

# isort: split
from chassis.consumer import Consumer
from libs.chassis.tests.hosting.consumer import HANDLERS
from libs.chassis.tests.telling import LISTENER, NEIGHBOUR

if __name__ == "__main__":
    sys.exit(serve([Consumer(service=name, handlers=HANDLERS) for name in (LISTENER, NEIGHBOUR)]))
