"""Hypothesis: the same examples every time, so a red run is red again; HYPOTHESIS_PROFILE=explore looks wider."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A deadline would assert wall-clock speed.
settings.register_profile("gate", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

pytest_plugins = ["suite.testing"]
