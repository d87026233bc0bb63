"""The rules that decide about an order's money; each transfer and fact names its own."""

from __future__ import annotations

AUTHORISE = "secure:remainder-of-cap/1"
SPLIT = "settle:vouchers-first-whole-units/1"
RESTORE = "release:restore-all/1"
CLAIM = "settle:unpaid-is-claimed/1"
LOST = "secure:authorisation-lost/1"
