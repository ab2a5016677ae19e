"""What every monitored command does: a job while it runs, and the user in its events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drplan.simulator.faults import Refusal
from drplan.simulator.handling import Call

USER = "admin@internal-authz"


@contextmanager
def job(call: Call, description: str) -> Iterator[str]:
    """A job for the command: started now, finished or failed with the block; gives its id.

    A command that is refused has a failed job too (storage sheet 10.1).
    """
    job_id = call.engine.jobs.start(description, call.correlation_id)
    try:
        yield job_id
    except Refusal:
        call.engine.end_job(job_id, "failed")
        raise
    call.engine.end_job(job_id)
