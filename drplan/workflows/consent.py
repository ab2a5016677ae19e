"""Whether a plan may be carried out: what is refused, what is overruled, and who says yes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from drplan.clock import Clock
from drplan.errors import Blocked, Declined, Refused
from drplan.model.approval import Approval, How
from drplan.model.check import Check
from drplan.model.plan import Plan
from drplan.workflows.gatekeeper import Person

SHORTEST_DIGEST = 8


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What the command line says about approval.

    ``digest`` approves the plan with that digest, or a beginning of it. ``gates`` are answers given
    beforehand, ``overrides`` the names of failed checks that are overruled because of ``reason``.
    ``who`` is the user with the machine. Nobody is asked where ``person`` is ``None``.
    """

    who: str
    digest: str | None = None
    auto: bool = False
    gates: Mapping[str, bool] = field(default_factory=dict)
    overrides: frozenset[str] = frozenset()
    reason: str = ""
    person: Person | None = None
    wait_for_gates: bool = True
    """Whether a gate that nobody here can answer is waited for, or refused beforehand."""


def refuse_expired(plan: Plan, clock: Clock) -> None:
    """Raise ``Refused`` for a plan that is not valid any more."""
    if plan.valid_until is None:
        return
    until = datetime.fromisoformat(plan.valid_until).astimezone(UTC)
    if clock.now() > until:
        raise Refused(
            f"the plan was valid until {plan.valid_until}",
            next_step="make the plan again: drplan plan --out FILE",
        )


def refuse_blocked(checks: Iterable[Check], consent: Consent) -> dict[str, str]:
    """Raise ``Blocked`` for failed checks that block, unless they are overruled.

    Gives what was overruled, each with the reason.
    """
    failed = [check for check in checks if check.blocks and check.status == "fail"]
    left = [check for check in failed if check.name not in consent.overrides]
    if left:
        names = ", ".join(check.name for check in left)
        raise Blocked(
            f"a check forbids it: {names}",
            next_step=next((check.next_step for check in left if check.next_step), "")
            or f"mend it and plan again; or, knowing better: --override {left[0].name}"
            " --reason TEXT",
            findings=[_told(check) for check in left],
        )
    return {check.name: consent.reason for check in failed}


def refuse_unanswered_gates(plan: Plan, consent: Consent, opened: Iterable[str] = ()) -> None:
    """Raise ``Blocked`` where a gate needs a person and there will be none."""
    names = {gate.name for gate in plan.gates}
    unknown = sorted(consent.gates.keys() - names)
    if unknown:
        raise Refused(
            f"the plan has no gate {unknown[0]}",
            next_step=f"its gates are: {', '.join(sorted(names)) or 'none'}",
        )
    passed = frozenset(opened)
    open_ones = [
        gate.name
        for gate in plan.gates
        if not gate.command and gate.name not in consent.gates and gate.id not in passed
    ]
    if open_ones and (consent.auto or (consent.person is None and not consent.wait_for_gates)):
        raise Blocked(
            f"the gate {open_ones[0]} needs a person",
            next_step=f"answer it beforehand: --gate {open_ones[0]}=yes",
        )


async def approve(
    plan: Plan, consent: Consent, overrides: dict[str, str], *, summary: str
) -> Approval:
    """Get the plan approved. Raises ``Declined`` or ``Refused``."""
    if consent.digest is not None:
        _match(plan, consent.digest)
        return _approval(plan, consent, "digest", overrides)
    if consent.auto:
        return _approval(plan, consent, "auto", overrides)
    if consent.person is None:
        raise Declined(
            "nobody is there to approve the plan",
            next_step=f"drplan apply PLAN --approve {plan.digest.removeprefix('sha256:')[:12]}",
        )
    target = plan.direction.target
    typed = await consent.person.ask(_question(plan, summary))
    if (typed or "").strip() != target:
        raise Declined(
            "the plan was not approved, and nothing was done",
            next_step=f'to approve it, type the name of the target site: "{target}"',
        )
    return _approval(plan, consent, "typed", overrides)


def _question(plan: Plan, summary: str) -> str:
    source, target = plan.direction.source, plan.direction.target
    return (
        f"\n{summary}\n\n"
        f'Do you want to carry this out: {plan.mode} from "{source}" to "{target}"?\n'
        f"  From then on {source} must not write to the storage that {target} takes over. Only\n"
        "  the name of the target site will be accepted to approve.\n\n"
        "  Enter a value: "
    )


def _match(plan: Plan, given: str) -> None:
    wanted = given.removeprefix("sha256:").rstrip(".…").lower()
    digest = plan.digest.removeprefix("sha256:")
    if len(wanted) >= SHORTEST_DIGEST and digest.startswith(wanted):
        return
    raise Refused(
        "the digest that was approved is not that of this plan",
        next_step=f"look at the plan; its digest is {plan.digest}"
        if len(wanted) >= SHORTEST_DIGEST
        else f"give at least {SHORTEST_DIGEST} figures of the digest",
    )


def _approval(plan: Plan, consent: Consent, how: How, overrides: dict[str, str]) -> Approval:
    return Approval(digest=plan.digest, by=consent.who, how=how, overrides=overrides)


def _told(check: Check) -> str:
    return f"{check.name}: {check.summary}" + (f" ({check.detail})" if check.detail else "")
