"""`python -m gateway_service`: the web process."""

import sys

from gateway_service.entrypoints.web import main

sys.exit(main())
