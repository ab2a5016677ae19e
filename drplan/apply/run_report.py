"""A run, told afterwards: from outcomes and a fresh look at the target to the report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from drplan import __version__
from drplan.apply.critical_path import critical_path
from drplan.apply.reconcile import left_out
from drplan.model.action import Action
from drplan.model.change import Change
from drplan.model.desired import DesiredVm, NotDone
from drplan.model.entities import Vm
from drplan.model.inventory import Inventory, by_id
from drplan.model.outcome import Fate, FoundNic, Outcome, Report
from drplan.model.plan import Plan


def assemble(
    plan: Plan,
    outcomes: tuple[Outcome, ...],
    fresh: Inventory,
    remaining: tuple[Change, ...],
    *,
    run_id: str,
    rehearsal: bool,
    started: str,
    duration_ms: int,
) -> Report:
    """The report. ``fresh`` is the target after the run, ``remaining`` what it still lacks."""
    actions = plan.actions()
    failed = any(outcome.status in ("failed", "skipped") for outcome in outcomes)
    return Report(
        drplan_version=__version__,
        run_id=run_id,
        rehearsal=rehearsal,
        plan_id=plan.plan_id,
        plan_digest=plan.digest,
        mode=plan.mode,
        direction=plan.direction,
        started=started,
        duration_ms=duration_ms,
        success=not failed and not remaining,
        outcomes=outcomes,
        fates=fates(plan, outcomes, fresh),
        critical_path=critical_path(actions, outcomes),
        unexpected=tuple(line for outcome in outcomes for line in outcome.unexpected),
        remaining=remaining,
        engine_events=tuple(line for outcome in outcomes for line in outcome.engine_events),
        rto_target_s=plan.rto_target_s,
    )


def unexplained(remaining: Iterable[Change], outcomes: Iterable[Outcome]) -> tuple[Change, ...]:
    """The remaining changes of entities of which no action failed or was skipped.

    The run says why the others remain; these nobody can explain.
    """
    told = {outcome.address for outcome in outcomes if outcome.status in ("failed", "skipped")}
    return tuple(change for change in remaining if change.address not in told)


def fates(plan: Plan, outcomes: Iterable[Outcome], fresh: Inventory) -> tuple[Fate, ...]:
    """What became of every VM of the plan, and of those that it leaves out, by address."""
    actions = {action.id: action for action in plan.actions()}
    by_address: dict[str, dict[str, Outcome]] = {}
    for outcome in outcomes:
        by_address.setdefault(outcome.address, {})[outcome.operation] = outcome
    teller = _Teller(actions, by_address, fresh)
    told = [teller.fate_of(vm) for vm in plan.planned_values.vms]
    addresses = {fate.address for fate in told}
    told += [
        _left_out(item)
        for item in plan.not_done
        if item.operation == "register"
        and item.address.startswith(("vm.", "vm["))
        and item.address not in addresses
    ]
    return tuple(sorted(told, key=lambda fate: fate.address))


def _left_out(item: NotDone) -> Fate:
    return Fate(
        address=item.address,
        name=_name_in(item.address),
        id="",
        registered=False,
        reason=item.detail or item.reason,
    )


def _name_in(address: str) -> str:
    """The VM's name in ``vm.NAME``, ``vm.DC/NAME`` or ``vm["NAME"]``."""
    if address.startswith("vm["):
        return str(json.loads(address.removeprefix("vm[").removesuffix("]")))
    return address.removeprefix("vm.").rpartition("/")[2]


class _Teller:
    """Knows names and outcomes, and tells fates."""

    def __init__(
        self,
        actions: Mapping[str, Action],
        outcomes: Mapping[str, Mapping[str, Outcome]],
        fresh: Inventory,
    ) -> None:
        self._actions = actions
        self._outcomes = outcomes
        self._vms = by_id(fresh.vms)
        self._clusters = {item.id: item.name for item in fresh.clusters}
        self._hosts = {item.id: item.name for item in fresh.hosts}
        networks = {item.id: item.name for item in fresh.networks}
        self._profiles = {
            item.id: f"{networks.get(item.network_id or '', '')}/{item.name}"
            for item in fresh.vnic_profiles
        }

    def fate_of(self, wanted: DesiredVm) -> Fate:
        vm = self._vms.get(wanted.id)
        mine = self._outcomes.get(wanted.address, {})
        register, start = mine.get("register"), mine.get("start")
        return Fate(
            address=wanted.address,
            name=wanted.name,
            id=wanted.id,
            high_availability=wanted.high_availability,
            registered=vm is not None,
            status=vm.status if vm else None,
            cluster=self._clusters.get(vm.cluster_id or "") if vm else None,
            host=self._hosts.get(vm.host_id or "") if vm else None,
            up_ms=start.ended_ms if start is not None and start.status == "done" else None,
            nics=self._nics(vm) if vm else (),
            dropped=self._dropped(register) if vm else (),
            reason=_reason(wanted, vm, register, start),
            surprises=register.surprises if register else (),
        )

    def _nics(self, vm: Vm) -> tuple[FoundNic, ...]:
        return tuple(
            FoundNic(
                nic=nic.name,
                profile=self._profiles.get(nic.vnic_profile_id or ""),
                mac=nic.mac,
            )
            for nic in sorted(vm.nics or (), key=lambda nic: (nic.name, nic.id))
        )

    def _dropped(self, register: Outcome | None) -> tuple[str, ...]:
        """What the plan foresaw, and what the Engine's event adds to it."""
        if register is None or register.status != "done":
            return ()
        prediction = self._actions[register.action].predicts
        foreseen = {
            (item.kind, item.name): item.reason
            for item in (prediction.dropped if prediction else ())
        }
        told = foreseen | {
            pair: "said the Engine"
            for pair in left_out(register.engine_events)
            if pair not in foreseen
        }
        return tuple(
            f"{kind.replace('_', ' ')} {name}" + (f" ({reason})" if reason else "")
            for (kind, name), reason in sorted(told.items())
        )


def _reason(
    wanted: DesiredVm, vm: Vm | None, register: Outcome | None, start: Outcome | None
) -> str:
    """Why it is as it is, where that is not what everybody wants."""
    for outcome in (register, start):
        if outcome is not None and outcome.failure is not None:
            return outcome.failure.summary
        if outcome is not None and outcome.status == "skipped":
            return f"skipped: {outcome.because} failed"
    if vm is None:
        return "not found at the target"
    return wanted.power_reason if vm.status != "up" else ""
