"""Processes of the suite: started, watched, frozen, killed, and never left behind."""

from suite.processes.process import Process
from suite.processes.readiness import Ready
from suite.processes.refusals import ProcessDied, ProcessNotReady, Refusal
from suite.processes.supervisor import Supervisor

__all__ = ["Process", "ProcessDied", "ProcessNotReady", "Ready", "Refusal", "Supervisor"]
