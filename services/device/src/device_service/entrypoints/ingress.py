"""`python -m device_service.entrypoints.ingress`: the sockets devices speak to."""

import sys

from device_service.ingress.process import Ingress

INGRESS = Ingress()

if __name__ == "__main__":
    sys.exit(INGRESS.run())
