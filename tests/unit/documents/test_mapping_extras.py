"""The ``drplan:`` section."""

from __future__ import annotations

import textwrap

import pytest

from drplan.model.diagnostic import Diagnostic
from drplan.model.drplan_section import (
    DrplanSection,
    Exclusions,
    Limits,
    Notifications,
    ProfileName,
    UnexpectedRule,
)
from tests.unit.documents.mapping_samples import findings, valid, with_text


def document(section: str) -> str:
    """Return a mapping with the given text inside ``drplan:``."""
    return with_text("drplan:\n" + textwrap.indent(textwrap.dedent(section), "  "))


def extras(section: str) -> DrplanSection:
    """Return the section as it is read, without a finding."""
    assert findings(document(section)) == []
    return valid(document(section)).drplan


def only_error(section: str) -> Diagnostic:
    """Return the one error of a section."""
    (error,) = findings(document(section), "error")
    return error


@pytest.mark.parametrize("text", ["", "drplan:\n", "drplan: {}\n"])
def test_everything_is_optional(text: str) -> None:
    """A file of the role alone has drplan's defaults."""
    assert valid(with_text(text)).drplan == DrplanSection()


def test_defaults_are_those_of_the_design() -> None:
    """140 s for the storage leases, no target time, nothing said about the unexpected."""
    section = DrplanSection()

    assert (section.lease_wait, section.rto_target, section.unexpected) == (140, None, None)
    assert section.limits == Limits()
    assert section.start.default_wait_for == "up"


def test_the_sites_have_names_for_people() -> None:
    """One of them may be named without the other."""
    mapping = valid(document("sites:\n  primary: {name: Amsterdam}\n"))

    assert (mapping.primary.name, mapping.secondary.name) == ("Amsterdam", "secondary")


def test_sites_of_one_name_are_refused() -> None:
    """Every sentence about them would be ambiguous."""
    error = only_error("sites: {primary: {name: A}, secondary: {name: A}}\n")

    assert error.summary == "both sites are called 'A'"


def test_names_in_the_section_are_texts_without_a_warning() -> None:
    """The role does not look there, so it cannot read anything else."""
    section = extras("exclude: {names: [no, 1.10, 0755], tags: web, patterns: ['lab-*']}\n")

    assert section.exclude == Exclusions(
        names=("no", "1.10", "0755"), tags=("web",), patterns=("lab-*",)
    )


def test_start_rules_are_read() -> None:
    """Tiers in order, dependencies, delays, conditions, and the barrier."""
    start = extras(
        """\
        start:
          tiers:
          - {name: databases, vms: [db01, "db*"]}
          - {name: web, vms: web01}
          depends_on: {app01: [db01, db02], web01: app01}
          delay: {app01: 1m30s}
          wait_for: {db01: guest_agent}
          barrier: yes
        """
    ).start

    assert [(tier.name, tier.vms) for tier in start.tiers] == [
        ("databases", ("db01", "db*")),
        ("web", ("web01",)),
    ]
    assert start.depends_on == {"app01": ("db01", "db02"), "web01": ("app01",)}
    assert start.delay == {"app01": 90}
    assert (start.wait_for, start.default_wait_for) == ({"db01": "guest_agent"}, "up")
    assert start.barrier


def test_one_word_is_the_condition_for_all_vms() -> None:
    """``wait_for`` is a word, or a mapping of VMs to words."""
    start = extras("start: {wait_for: guest_agent}\n").start

    assert (start.wait_for, start.default_wait_for) == ({}, "guest_agent")


def test_vms_that_wait_for_each_other_are_refused() -> None:
    """The message walks round the circle."""
    error = only_error("start: {depends_on: {a: [b], b: [c], c: [a]}}\n")

    names = error.summary.split(": ")[1].split(" -> ")
    assert names[0] == names[-1]
    assert set(names) == {"a", "b", "c"}
    assert [(names[n], names[n + 1]) for n in range(3)] == sorted(
        [("a", "b"), ("b", "c"), ("c", "a")], key=lambda edge: names.index(edge[0])
    )


def test_a_vm_that_waits_for_itself_is_refused() -> None:
    """The smallest circle."""
    assert "a -> a" in only_error("start: {depends_on: {a: a}}\n").summary


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("start: {tiers: [{vms: [a]}]}\n", "this tier has no name"),
        ("start: {tiers: [{name: a, vms: x}, {name: a, vms: y}]}\n", "already a tier called 'a'"),
        ("services: [{vms: [a]}]\n", "this service has no name"),
        ("start: {wait_for: ready}\n", "expected up or guest_agent, found 'ready'"),
        ("start: {delay: {a: soon}}\n", "expected a duration, found 'soon'"),
        ("start: {delay: 5}\n", "expected a mapping of names to values"),
        ("start: [a]\n", "expected a mapping of keys to values, found a list"),
        ("limits: {register: 0}\n", "expected a number from 1"),
        ("rto_target: 0\n", "expected at least 1 seconds"),
        ("unexpected: start\n", "expected register, list or register+start"),
        ("unexpected: {policy: none}\n", "expected register, list or register+start"),
        ("test: {default_profile: bubble}\n", "expected a mapping of keys to values"),
        ("test: {default_profile: {network: a}}\n", "profile is not filled in"),
        ("test: {profiles: [{target: {network: a, profile: a}}]}\n", "expected `source:`"),
        ("gates: [{before: start, prompt: x}]\n", "this gate has no name"),
        ("gates: [{name: a, prompt: x}]\n", "expected `before:` with cleanup, evacuate"),
        ("gates: [{name: a, before: start}]\n", "a gate has either a prompt"),
        ("gates: [{name: a, before: start, prompt: x, command: y}]\n", "a gate has either a"),
        ("gates: [{name: a, before: stop, prompt: x}]\n", "expected cleanup, evacuate"),
        ("gates: [{name: a, before: start, prompt: x, modes: drill}]\n", "expected failover, mi"),
        ('gates: [{name: a, before: start, command: "x \'y"}]\n', "the command cannot be split"),
        ("gates: [{name: a, before: start, command: {x: y}}]\n", "expected a command"),
        ("notify: {end: [[x]]}\n", "expected a command"),
        ("exclude: {names: {a: b}}\n", "expected a list of values"),
        ("exclude: {names: [[a]]}\n", "expected a single value, found a list"),
        ("allow_missing_disks: [web01]\n", "expected a mapping of names to values"),
        ("exclude: {names: ['{{ vms }}']}\n", "the template {{ vms }} is not evaluated"),
    ],
)
def test_what_is_wrong_is_one_error_in_plain_words(section: str, words: str) -> None:
    """Each mistake is told once, with what was expected."""
    assert words in only_error(section).summary


def test_gates_are_read() -> None:
    """A person is asked, or a command is run; a command may be a text."""
    gates = extras(
        """\
        gates:
        - {name: array, before: storage, modes: [failover, migrate], timeout: 10m,
           command: "/bin/array promote 'all luns'"}
        - {name: network, before: start, prompt: Moved the routes?}
        """
    ).gates

    assert gates[0].command == ("/bin/array", "promote", "all luns")
    assert (gates[0].modes, gates[0].timeout) == (("failover", "migrate"), 600)
    assert (gates[1].prompt, gates[1].command, gates[1].modes) == ("Moved the routes?", (), ())


def test_two_gates_of_one_name_are_refused() -> None:
    """A gate is answered by its name."""
    error = only_error(
        """\
        gates:
        - {name: a, before: start, prompt: x}
        - {name: a, before: storage, prompt: y}
        """
    )

    assert error.summary == "there is already a gate called 'a'"


def test_braces_in_a_command_are_no_template() -> None:
    """Many programs take formats in braces."""
    section = extras("notify: {failure: [page, '{{.Name}}'], end: \"page '{{.End}}'\"}\n")

    assert section.notify == Notifications(failure=("page", "{{.Name}}"), end=("page", "{{.End}}"))


def test_a_discreet_test_is_read() -> None:
    """Profiles that stand in, none at all, and the suffix of names."""
    test = extras(
        """\
        test:
          profiles:
          - source: {network: vlan10, profile: prod}
            target: {network: bubble, profile: bubble}
          - source: {network: backup, profile: backup}
            target: null
          default_profile: {network: dead, profile: end}
          name_suffix: _drill
        """
    ).test

    assert test.profiles[0].source == ProfileName(network="vlan10", profile="prod")
    assert test.profiles[0].target == ProfileName(network="bubble", profile="bubble")
    assert test.profiles[1].target is None
    assert test.default_profile == ProfileName(network="dead", profile="end")
    assert test.name_suffix == "_drill"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("list", UnexpectedRule(policy="list", limit=50)),
        ("register+start", UnexpectedRule(policy="register+start", limit=50)),
        ("{policy: register, limit: 0}", UnexpectedRule(policy="register", limit=0)),
        ("{limit: 7}", UnexpectedRule(policy="register", limit=7)),
    ],
)
def test_the_unexpected_has_a_policy_and_a_limit(text: str, rule: UnexpectedRule) -> None:
    """A word, or both as a mapping; at most 50 unless it says otherwise (design 2.14)."""
    assert extras(f"unexpected: {text}\n").unexpected == rule


def test_the_rest_is_read() -> None:
    """Disks that may be missing, waits, limits, target time, services."""
    section = extras(
        """\
        allow_missing_disks: {web01: [scratch, swap], "lab*": "*"}
        lease_wait: 0
        limits: {attach: 1, ovf_update: 2, deactivate: 3, register: 4, start_per_host: 5}
        rto_target: 4h
        services: [{name: shop, vms: ["web*"]}]
        """
    )

    assert section.allow_missing_disks == {"web01": ("scratch", "swap"), "lab*": ("*",)}
    assert (section.lease_wait, section.rto_target) == (0, 14400)
    assert section.limits == Limits(
        attach=1, ovf_update=2, deactivate=3, register=4, start_per_host=5
    )
    assert [(group.name, group.vms) for group in section.services] == [("shop", ("web*",))]


def test_unknown_keys_are_told_at_every_depth() -> None:
    """With the key that was probably meant."""
    found = findings(
        document(
            """\
            gate: []
            start: {tier: [], tiers: [{name: a, vm: [x], vms: [y]}]}
            limits: {registers: 3}
            test: {profile: [], profiles: [{source: {network: a, profile: a, vlan: 3}}]}
            """
        )
    )

    assert [finding.severity for finding in found] == ["warning"] * 6
    assert [(finding.key, finding.next_step) for finding in found] == [
        ("drplan.gate", "Did you mean gates?"),
        ("drplan.start.tier", "Did you mean tiers?"),
        ("drplan.start.tiers[0].vm", "Did you mean vms?"),
        ("drplan.limits.registers", "Did you mean register?"),
        ("drplan.test.profile", "Did you mean profiles?"),
        ("drplan.test.profiles[0].source.vlan", "Remove it, or check its spelling."),
    ]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("start: {tiers: [{name: a, vms: [x]}, {name: b, vms: [x]}]}\n", "'x' is in the tier 'a'"),
        ("start: {tiers: [{name: a}]}\n", "the tier 'a' has no VMs"),
        ("test: {name_suffix: ''}\n", "carry the names of production"),
        ("gates: [{name: a, before: start, prompt: x, timeout: 5m}]\n", "a timeout bounds a comm"),
    ],
)
def test_what_may_not_be_meant_is_a_warning(section: str, words: str) -> None:
    """The mapping can be used all the same."""
    (warning,) = findings(document(section))

    assert warning.severity == "warning"
    assert words in warning.summary
