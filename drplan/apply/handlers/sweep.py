"""What a domain holds beyond the plan: listed, or registered, as the reviewed policy says."""

from __future__ import annotations

from typing import NamedTuple

from drplan.apply.context import Context
from drplan.apply.handlers.template import send_template
from drplan.apply.handlers.unregistered import Found, unregistered_on
from drplan.apply.handlers.vm import send_start, send_vm, wait_until_up
from drplan.apply.result import ActionFailed, Result
from drplan.errors import EngineFault
from drplan.model.parameters import SweepParameters

_RAN = frozenset(
    {
        "up",
        "powering_up",
        "wait_for_launch",
        "reboot_in_progress",
        "migrating",
        "paused",
        "restoring_state",
        "unknown",
        "not_responding",
    }
)
"""The statuses that mean "it ran" (design decision 27); here they come from the OVF_STORE."""


_HOSTED_ENGINE = frozenset({"hosted_engine", "managed_hosted_engine"})


class _Swept(NamedTuple):
    """What was done with one entity, in words, and what the Engine said about it."""

    line: str
    events: tuple[str, ...] = ()


async def sweep_domain(context: Context, parameters: SweepParameters) -> Result:
    """Look what is unregistered on the domain and not in the plan, and treat it as was reviewed.

    Never partial, at most ``limit`` of them, started only where the policy says so; never the VM
    of another Engine. What cannot be registered is told, and does not fail the sweep: nobody
    planned it.
    """
    domain = context.domain_id(context.action.address, parameters.domain_id)
    expected = frozenset(parameters.expected_ids)
    found = [item for item in await unregistered_on(context, domain) if item.id not in expected]
    wanted = [
        item for item in found if parameters.policy != "list" and item.origin not in _HOSTED_ENGINE
    ][: parameters.limit]
    swept = [
        await _register(context, parameters, domain, item)
        if item in wanted
        else _Swept(f"{item.address}: found, and left as it is ({_why_left(parameters, item)})")
        for item in found
    ]
    return Result(
        note=f"{len(found)} unexpected" if found else "nothing unexpected",
        unexpected=tuple(item.line for item in swept),
        engine_events=tuple(event for item in swept for event in item.events),
    )


def _why_left(parameters: SweepParameters, item: Found) -> str:
    if item.origin in _HOSTED_ENGINE:
        return "an Engine runs in it"
    if parameters.policy == "list":
        return "the plan only lists what is unexpected"
    return f"more than {parameters.limit} were found"


async def _register(
    context: Context, parameters: SweepParameters, domain: str, item: Found
) -> _Swept:
    events: tuple[str, ...] = ()
    try:
        if item.kind == "template":
            await send_template(
                context,
                domain,
                item.id,
                registration=parameters.registration,
                cluster=None,
                allow_partial=False,
            )
            return _Swept(f"{item.address}: registered")
        _, events = await send_vm(
            context,
            domain,
            item.id,
            registration=parameters.registration,
            cluster=None,
            allow_partial=False,
            reassign_bad_macs=False,
        )
    except (EngineFault, ActionFailed) as error:
        return _Swept(f"{item.address}: not registered: {error.summary}")
    if parameters.policy != "register+start" or item.status not in _RAN:
        return _Swept(f"{item.address}: registered, not started", events)
    try:
        await send_start(context, item.id)
        await wait_until_up(context, item.id)
    except (EngineFault, ActionFailed) as error:
        return _Swept(f"{item.address}: registered; its start failed: {error.summary}", events)
    return _Swept(f"{item.address}: registered and started", events)
