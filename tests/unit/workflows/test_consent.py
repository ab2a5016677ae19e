"""Who may let a plan be carried out, and what nobody may."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
import trio

from drplan.clock import fixed_clock
from drplan.errors import Blocked, Declined, Refused
from drplan.model.check import Check
from drplan.model.gate import Gate
from drplan.model.plan import Plan
from drplan.workflows.consent import (
    Consent,
    approve,
    refuse_blocked,
    refuse_expired,
    refuse_unanswered_gates,
)
from tests.unit.report import samples

DIGEST = "sha256:" + "9c41aa07" * 8
FAILED = Check(name="split-brain", status="fail", summary="north answers", blocks=True)
PERSON = Gate(id="gate.array", name="array", text="Switched?", before="storage")
COMMAND = Gate(id="gate.auto", name="auto", text="", before="storage", command=("true",))


class Typist:
    """A person who types one thing."""

    def __init__(self, typed: str | None) -> None:
        self.typed = typed

    async def ask(self, question: str) -> str | None:
        """The one thing."""
        await trio.lowlevel.checkpoint()
        return self.typed


def plan(**fields: object) -> Plan:
    """A plan with a digest and no gates."""
    return msgspec.structs.replace(samples.plan(), **{"digest": DIGEST, "gates": (), **fields})


def approved(consent: Consent) -> str:
    """How the plan was approved."""
    return trio.run(lambda: approve(plan(), consent, {}, summary="")).how


@pytest.mark.parametrize("given", ["9c41aa07", "9C41AA079c41", DIGEST, "sha256:9c41aa07…"])
def test_a_digest_approves_its_plan_in_its_short_form_too(given: str) -> None:
    """As it is shown: with the algorithm or without, cut off or not."""
    assert approved(Consent(who="op@host", digest=given)) == "digest"


@pytest.mark.parametrize("given", ["9c41aa08", "9c41aa0", "", "sha256:"])
def test_another_digest_and_one_that_is_too_short_approve_nothing(given: str) -> None:
    """Eight figures are the least."""
    with pytest.raises(Refused):
        approved(Consent(who="op@host", digest=given))


@pytest.mark.parametrize("typed", ["yes", "", None, "site-a", "Site-B"])
def test_nothing_but_the_name_of_the_target_approves_at_a_terminal(typed: str | None) -> None:
    """Not even the other site's name, or the same in capitals."""
    with pytest.raises(Declined):
        approved(Consent(who="op@host", person=Typist(typed)))
    assert approved(Consent(who="op@host", person=Typist(" site-b "))) == "typed"


def test_nobody_approves_by_being_absent() -> None:
    """Without a person, a digest or a word there is no approval."""
    with pytest.raises(Declined):
        approved(Consent(who="op@host"))


def test_a_failed_check_blocks_unless_it_is_overruled_by_name() -> None:
    """The reason is kept with it; another name overrules nothing, a passing check needs nothing."""
    passed = msgspec.structs.replace(FAILED, name="hosts-up", status="pass")
    by_name = Consent(who="o", overrides=frozenset({"split-brain"}), reason="fenced by hand")
    with pytest.raises(Blocked) as caught:
        refuse_blocked((FAILED, passed), Consent(who="o", overrides=frozenset({"hosts-up"})))
    assert caught.value.findings == ("split-brain: north answers",)
    assert refuse_blocked((FAILED, passed), by_name) == {"split-brain": "fenced by hand"}


def test_a_gate_that_needs_a_person_is_not_passed_by_approving_alone() -> None:
    """Neither automatically nor where nobody may be asked; a command and an answer will do."""
    both = plan(gates=(PERSON, COMMAND))
    for consent in (Consent(who="o", auto=True), Consent(who="o", wait_for_gates=False)):
        with pytest.raises(Blocked):
            refuse_unanswered_gates(both, consent)
        refuse_unanswered_gates(plan(gates=(COMMAND,)), consent)
        refuse_unanswered_gates(both, consent, opened=("gate.array",))
    refuse_unanswered_gates(both, Consent(who="o", auto=True, gates={"array": True}))
    refuse_unanswered_gates(both, Consent(who="o", digest=DIGEST))


def test_an_answer_to_a_gate_that_is_not_there_is_a_mistake() -> None:
    """A mistyped name must not pass for an answer."""
    with pytest.raises(Refused):
        refuse_unanswered_gates(plan(gates=(PERSON,)), Consent(who="o", gates={"arry": True}))


def test_a_plan_is_valid_until_it_says() -> None:
    """Not a second longer; one without an end is always valid."""
    until = plan(valid_until="2026-08-23T03:14:09Z")
    refuse_expired(until, fixed_clock(datetime(2026, 8, 23, 3, 14, 9, tzinfo=UTC)))
    with pytest.raises(Refused):
        refuse_expired(until, fixed_clock(datetime(2026, 8, 23, 3, 14, 10, tzinfo=UTC)))
    refuse_expired(plan(valid_until=None), fixed_clock(datetime(2030, 1, 1, tzinfo=UTC)))
