"""What is said about an action while it goes on: the words of the progress lines."""

from __future__ import annotations

from typing import NamedTuple

from drplan.model.action import Action, Operation


class Words(NamedTuple):
    """How an operation is called while it runs and when it is done."""

    running: str
    done: str


_WORDS: dict[Operation, Words] = {
    "connect": Words("Connecting", "Connected"),
    "import": Words("Importing", "Imported"),
    "update": Words("Updating", "Updated"),
    "attach": Words("Attaching", "Attached"),
    "activate": Words("Activating", "Active"),
    "sweep": Words("Looking for unexpected entities", "Looked through"),
    "register": Words("Registering", "Registered"),
    "start": Words("Starting", "Up"),
}


def starting(action: Action) -> str:
    """``vm.db01: Registering...``."""
    return f"{action.address}: {_WORDS[action.operation].running}..."


def still(action: Action, since_ms: int) -> str:
    """``vm.db01: Still registering... [00m10s elapsed, usually 1m50s]``."""
    words = _WORDS[action.operation].running
    usual = action.estimate.usual_s if action.estimate else None
    hint = f", usually {duration(usual * 1000)}" if usual else ""
    return (
        f"{action.address}: Still {words[0].lower()}{words[1:]}... "
        f"[{_clock_face(since_ms)} elapsed{hint}]"
    )


def finished(action: Action, since_ms: int, *, converged: bool, note: str) -> str:
    """``vm.db01: Registered after 14s (note)``."""
    extra = f" ({note})" if note else ""
    if converged:
        return f"{action.address}: Already so, nothing to do{extra}"
    return f"{action.address}: {_WORDS[action.operation].done} after {duration(since_ms)}{extra}"


def failed(action: Action, since_ms: int, reason: str, *, expected: bool) -> str:
    """``vm.web01: Failed after 2s, as the plan foresaw: reason``."""
    foreseen = ", as the plan foresaw" if expected else ""
    return f"{action.address}: Failed after {duration(since_ms)}{foreseen}: {reason}"


def skipped(action: Action, because: str) -> str:
    """``vm.web01: Skipped, storage_domain.data failed``."""
    return f"{action.address}: Skipped ({action.operation}): {because} failed"


def duration(milliseconds: int) -> str:
    """``14s``, ``1m49s``, ``2h03m10s``; what rounds to nothing is ``0s``."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02}m{seconds:02}s"
    return f"{minutes}m{seconds:02}s" if minutes else f"{seconds}s"


def _clock_face(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes:02}m{seconds:02}s"
