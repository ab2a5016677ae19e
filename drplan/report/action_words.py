"""What an action does, in the words of an operator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from drplan.model.action import Action
from drplan.model.parameters import (
    ActivateParameters,
    AttachParameters,
    ConnectParameters,
    ImportParameters,
    RegisterTemplateParameters,
    RegisterVmParameters,
    StartParameters,
    SweepParameters,
    UpdateParameters,
)
from drplan.model.prediction import NicPrediction, Prediction
from drplan.report import wording


def symbol(actions: Sequence[Action]) -> str:
    """The symbol of what is done to one entity, with ``?`` where it rests on a prediction."""
    kinds = {kind for action in actions for kind in action.change.actions}
    sign = ">" if not kinds else "-" if "delete" in kinds else "+" if "create" in kinds else "~"
    uncertain = any(action.confidence != "observed" for action in actions)
    return sign + ("?" if uncertain else "")


def what(action: Action) -> str:
    """What the action does, in a few words."""
    parameters = action.parameters
    match parameters:
        case ConnectParameters():
            return _connect(parameters)
        case ImportParameters():
            place = ":".join(part for part in (parameters.address, parameters.path) if part)
            return f"import {parameters.storage_type} {place}".rstrip() + ", compare its id"
        case UpdateParameters():
            return f"name it {parameters.name}" if parameters.name else "set its attributes"
        case AttachParameters():
            role = " as master" if parameters.master else ""
            return f"attach to {parameters.data_center.name}{role}"
        case ActivateParameters():
            return "see that it is active"
        case SweepParameters():
            return _sweep(parameters)
        case RegisterTemplateParameters() | RegisterVmParameters():
            partial = ", without its missing disks" if parameters.allow_partial else ""
            return f"register from {parameters.domain.removeprefix('storage_domain.')}{partial}"
        case StartParameters():
            until = "its guest agent answers" if parameters.wait_for == "guest_agent" else "up"
            wait = f"wait {wording.duration(parameters.delay)}, " if parameters.delay else ""
            return f"{wait}start, wait until {until}"


def _connect(parameters: ConnectParameters) -> str:
    if parameters.storage_type == "fcp":
        return "look for its LUNs on the hosts"
    return f"log in to {wording.count(len(parameters.portals), 'iSCSI portal')}"


def _sweep(parameters: SweepParameters) -> str:
    if parameters.policy == "list":
        return "list what else is found on it, touch nothing"
    verb = "register and start" if parameters.policy == "register+start" else "register, not start,"
    return f"{verb} what else is found on it, at most {parameters.limit}"


def details(action: Action) -> Iterable[str]:
    """What becomes different on the way: mapped values, and what is foreseen to change or go."""
    for mapped in action.change.mapped:
        if mapped.source == mapped.target:
            continue
        yield f"{mapped.path}: {mapped.source or '(none)'} -> {mapped.target or '(none)'}"
    if action.predicts is not None:
        yield from _foreseen(action.predicts)


def _foreseen(predicts: Prediction) -> Iterable[str]:
    for nic in predicts.nics:
        if nic.outcome == "no_profile" and nic.source:
            yield f"{nic.nic} network: {nic.source or '(none)'} -> NO NETWORK ({nic.reason})"
        if nic.mac_outcome != "kept":
            yield f"{nic.nic} MAC: {nic.mac or '(none)'} -> (known after apply) {nic.mac_reason}"
    for dropped in predicts.dropped:
        if dropped.kind == "network":
            continue  # said at the vNIC
        reason = f" ({dropped.reason})" if dropped.reason else ""
        yield f"loses {dropped.kind.replace('_', ' ')} {dropped.name}{reason}"


def nic(predicted: NicPrediction) -> str:
    """Where a vNIC ends."""
    changed = ", new MAC" if predicted.mac_outcome != "kept" else ""
    return f"{predicted.nic}: {predicted.target or 'no network'}{changed}"
