"""A refused command: which messages, with which values, become which answer.

Rules give back findings; the Engine's answer has all of their texts, and *each variable has its
first value only*, in every message of the list (entities sheet 4.3). A variable that nobody sets
stays literally (storage sheet 1.5 point 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drplan.simulator.faults import Message, Refusal, failed, refuse
from drplan.simulator.rules.domain_texts import DOMAIN_TEXTS
from drplan.simulator.rules.entity_texts import ENTITY_TEXTS
from drplan.simulator.rules.message_texts import TEXTS

_TEXTS = {**TEXTS, **DOMAIN_TEXTS, **ENTITY_TEXTS}


@dataclass(frozen=True, slots=True)
class Finding:
    """One validation message by its key, and the variables that it sets for the whole list."""

    key: str
    variables: Mapping[str, str] = field(default_factory=dict)


def message(key: str) -> Message:
    """The message of that key."""
    kind, text = _TEXTS[key]
    return Message(key, kind, text)


def refusal(findings: Sequence[Finding], **variables: str) -> Refusal:
    """What to raise for ``findings``; ``variables`` are those of the command (action, type)."""
    values = dict(variables)
    for finding in findings:
        for name, value in finding.variables.items():
            values.setdefault(name, value)
    return refuse(*(message(finding.key) for finding in findings), **values)


def refuse_with(key: str, **variables: str) -> Refusal:
    """The refusal for one message."""
    return refuse(message(key), **variables)


def fail_with(key: str) -> Refusal:
    """A command that passed validation and failed on a host: that error's text, 400."""
    return failed(_TEXTS[key][1])
