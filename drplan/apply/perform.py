"""From an action of the plan to the handler that carries it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from drplan.apply.context import Context, Secrets, Shared
from drplan.apply.dispatcher import Effort, Perform
from drplan.apply.handlers.block_storage import connect
from drplan.apply.handlers.storage_domain import (
    activate_domain,
    attach_domain,
    import_domain,
    update_domain,
)
from drplan.apply.handlers.sweep import sweep_domain
from drplan.apply.handlers.template import register_template
from drplan.apply.handlers.vm import register_vm, start_vm
from drplan.apply.result import Result
from drplan.apply.stream import Stream
from drplan.apply.turns import Turn
from drplan.engine.engine import Engine
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


async def carry_out(context: Context) -> Result:
    """Hand the action to its handler."""
    match context.action.parameters:
        case ConnectParameters() as parameters:
            return await connect(context, parameters)
        case ImportParameters() as parameters:
            return await import_domain(context, parameters)
        case UpdateParameters() as parameters:
            return await update_domain(context, parameters)
        case AttachParameters() as parameters:
            return await attach_domain(context, parameters)
        case ActivateParameters() as parameters:
            return await activate_domain(context, parameters)
        case SweepParameters() as parameters:
            return await sweep_domain(context, parameters)
        case RegisterTemplateParameters() as parameters:
            return await register_template(context, parameters)
        case RegisterVmParameters() as parameters:
            return await register_vm(context, parameters)
        case StartParameters() as parameters:
            return await start_vm(context, parameters)


def performer(
    actions: tuple[Action, ...],
    *,
    engine: Engine,
    stream: Stream,
    run_id: str,
    secrets: Secrets,
    converged: Mapping[str, str],
) -> Perform:
    """What the dispatcher needs to carry out the actions of one run on one Engine.

    ``converged`` says, by the ids of actions, why a fresh look at the target found nothing left to
    do for them; they are not carried out.
    """
    shared = Shared(predicted=predicted_on(actions))

    async def perform(action: Action, turn: Turn, effort: Effort) -> Result:
        if action.id in converged:
            return Result(status="converged", note=converged[action.id])
        context = Context(action, engine, turn, effort, stream, run_id, secrets, shared)
        result = await carry_out(context)
        shared.found.setdefault(action.address, {}).update(result.found)
        return result

    return perform


def predicted_on(actions: tuple[Action, ...]) -> Mapping[str, Mapping[str, str]]:
    """By the address of a domain, the ids that registrations expect to find on it."""
    predicted: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for action in actions:
        match action.parameters:
            case RegisterVmParameters(vm_id=entity, domain=domain):
                predicted[domain][entity] = action.address
            case RegisterTemplateParameters(template_id=entity, domain=domain):
                predicted[domain][entity] = action.address
            case _:
                pass
    return predicted
