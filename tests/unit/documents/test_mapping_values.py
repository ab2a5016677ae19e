"""Single values: names, truths, numbers, durations, templates and secrets."""

from __future__ import annotations

import pytest

from drplan.documents.mapping.values import parse_duration, pointer_token
from drplan.model.mapping import SecretRef
from tests.unit.documents.mapping_samples import (
    ISCSI,
    findings,
    item,
    only,
    place,
    read,
    storage,
    storages,
    valid,
    with_text,
)

LOST = [
    ("no", "False"),
    ("Off", "False"),
    ("1.10", "1.1"),
    ("0755", "493"),
    ("12:34", "754"),
    ("0x1F", "31"),
    ("1_000", "1000"),
    ("1e+3", None),
    ("2024-02-28", None),
    (".inf", "inf"),
]


@pytest.mark.parametrize(("text", "role_reads"), LOST)
def test_a_name_is_the_text_in_the_file(text: str, role_reads: str | None) -> None:
    """A cluster called ``no`` or ``1.10`` stays that, with a warning if the role differs (K5)."""
    document = with_text(f"dr_cluster_mappings:\n- {{primary_name: {text}, secondary_name: b}}\n")

    assert valid(document).clusters[0].primary == text
    warnings = [finding.summary for finding in findings(document, "warning")]
    expected = f"{text} is taken as the text {text!r}; the Ansible role would read {role_reads}"
    assert warnings == ([expected] if role_reads else [])


@pytest.mark.parametrize("text", ["'no'", '"1.10"', "12", "True", "!!str 0755", "!unsafe 012"])
def test_no_warning_where_the_role_reads_the_same(text: str) -> None:
    """Quoted names, and numbers that look the same again as text, are fine."""
    document = with_text(f"dr_cluster_mappings:\n- {{primary_name: {text}, secondary_name: b}}\n")

    assert findings(document) == []


def test_an_impossible_date_is_still_a_name() -> None:
    """``2024-02-30`` would make the role's YAML fail; here it is a text with a warning."""
    document = with_text("dr_cluster_mappings:\n- {primary_name: 2024-02-30, secondary_name: b}\n")

    assert valid(document).clusters[0].primary == "2024-02-30"
    assert "would read an invalid time" in only(document).summary


TRUTHS = [
    (True, ["true", "True", "TRUE", "yes", "Yes", "on", "1", "y", '"True"', "'tRuE'", '" yes "']),
    (False, ["false", "False", "no", "off", "0", "n", '"False"', "'fALSE'"]),
    (None, ["", "~", "null", "None"]),
]


@pytest.mark.parametrize(
    ("truth", "text"), [(truth, text) for truth, texts in TRUTHS for text in texts]
)
def test_booleans_mean_what_they_say(truth: bool | None, text: str) -> None:
    """Words for truth count in any case, with or without quotes (K2)."""
    assert storage(dr_backup=text).backup is truth


@pytest.mark.parametrize("text", ["maybe", "2", "'None'", "[true]", "{a: b}"])
def test_other_words_are_no_booleans(text: str) -> None:
    """What is neither true nor false is an error that shows what was found."""
    reading = read(storages(item(ISCSI, dr_backup=text)))

    assert reading.mapping is None
    assert reading.diagnostics[0].key == "dr_import_storages[0].dr_backup"
    assert reading.diagnostics[0].summary.startswith("expected ")


@pytest.mark.parametrize("key", ["dr_clean_orphaned_vms", "dr_clean_orphaned_disks"])
def test_a_quoted_false_is_told_where_the_role_takes_it_for_true(key: str) -> None:
    """The role deletes orphans although ``"False"`` is written; drplan does not (B4.3)."""
    finding = only(with_text(f'{key}: "False"\n'))

    assert finding.severity == "warning"
    assert "the Ansible role takes the quoted word 'False' for true" in finding.summary
    assert findings(with_text(f"{key}: False\n")) == []


@pytest.mark.parametrize(("text", "number"), [("5", 5), ('"7"', 7), ("' 8 '", 8), ("None", None)])
def test_numbers_may_be_quoted(text: str, number: int | None) -> None:
    """A number is a number with or without quotes; the generator's ``None`` is none (K5)."""
    assert storage(dr_critical_space_action_blocker=text).critical_space_action_blocker == number


@pytest.mark.parametrize("text", ["5 GB", "1.5", "five", "1_0", "0x10", "²", "-1", "99999999999"])
def test_what_is_no_number_in_range_is_an_error(text: str) -> None:
    """Units, fractions, words, other digits and numbers out of range are refused."""
    finding = only(storages(item(ISCSI, dr_critical_space_action_blocker=text)))

    assert finding.severity == "error"
    assert finding.summary.startswith("expected a ")


def test_a_number_with_a_leading_zero_is_decimal() -> None:
    """``010`` is ten, though YAML 1.1 and so the role take it for eight."""
    document = storages(item(ISCSI, dr_critical_space_action_blocker="010"))

    assert valid(document).storages[0].critical_space_action_blocker == 10
    assert "would read 8" in only(document).summary


@pytest.mark.parametrize("port", ["0", "65536", "-3260"])
def test_a_port_out_of_range_is_an_error(port: str) -> None:
    """Ports go from 1 to 65535."""
    finding = only(storages(item(ISCSI, dr_primary_port=port)))

    assert finding.summary == f"expected a number from 1 to 65535, found {port}"


DURATIONS = [
    ("90", 90),
    ("90s", 90),
    ("15m", 900),
    ("2h", 7200),
    ("1h30m", 5400),
    ("1H 30m", None),
    ("1h30m15s", 5415),
    ("", None),
    ("h", None),
    ("1d", None),
    ("-5", None),
    ("1:30", None),
    ("30m1h", None),
]


@pytest.mark.parametrize(("text", "seconds"), DURATIONS)
def test_durations_are_seconds_or_hours_minutes_and_seconds(text: str, seconds: int | None) -> None:
    """``1h30m15s`` in this order, or a plain number of seconds; nothing else."""
    assert parse_duration(text) == seconds


def test_the_environment_is_looked_up() -> None:
    """``lookup('env', …)`` is the one template that is evaluated."""
    text = with_text("").replace("admin@internal", "\"{{ lookup('env', 'WHO') }}\"", 1)

    mapping = read(text, {"WHO": "dr@internal"}).mapping

    assert mapping is not None
    assert mapping.primary.username == "dr@internal"


@pytest.mark.parametrize(
    "template",
    ["{{lookup('env','X')}}", "{{- lookup( 'ansible.builtin.env', 'X' ) -}}"],
)
def test_the_lookup_may_be_spelt_in_the_ways_of_ansible(template: str) -> None:
    """Spaces, the full name of the plugin and trimming dashes do not matter."""
    text = with_text("").replace("admin@internal", f'"{template}"', 1)

    assert read(text, {"X": "a@b"}).mapping is not None


def test_a_variable_that_is_not_set_is_an_error() -> None:
    """The message names the variable."""
    finding = only(with_text("").replace("admin@internal", "\"{{ lookup('env', 'WHO') }}\"", 1))

    assert finding.summary == "the environment variable WHO is not set"
    assert place(finding) == (2, 28)


@pytest.mark.parametrize(
    "template",
    [
        "'{{ user }}'",
        "'{{ lookup(\"env\", user) }}'",
        '\'{{ lookup("file", "u") }}\'',
        '\'{{ lookup("env", "WHO") }}@internal\'',
        "'{% if x %}a{% endif %}'",
        "{{ user }}",
    ],
)
def test_other_templates_are_refused(template: str) -> None:
    """Nothing of Ansible's is evaluated but the environment; a mapping is plain data."""
    text = with_text("").replace("admin@internal", template, 1)

    finding = read(text, {"WHO": "x"}).diagnostics[0]
    assert finding.severity == "error"
    assert "is not evaluated here" in finding.summary


def test_braces_that_are_marked_as_no_template_are_text() -> None:
    """``!unsafe`` is Ansible's own way to say so."""
    assert valid(with_text("dr_report_file: !unsafe 'a{{b}}'\n")).settings.report_file == "a{{b}}"


def test_a_secret_is_only_referred_to() -> None:
    """Of a CHAP password the mapping has the JSON pointer, never the text."""
    mapping = valid(
        storages(item(ISCSI, dr_primary_username="me", dr_primary_password="planted-secret"))
    )

    side = mapping.storages[0].primary
    assert side.chap_username == SecretRef(ref="mapping:/dr_import_storages/0/dr_primary_username")
    assert side.chap_password == SecretRef(ref="mapping:/dr_import_storages/0/dr_primary_password")
    assert "planted-secret" not in repr(mapping)


@pytest.mark.parametrize("text", ["12345", "!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  36\n", "'x'"])
def test_a_password_may_be_a_number_or_encrypted(text: str) -> None:
    """The guide's own example has an integer; ``!vault`` stands where a password is expected."""
    mapping = valid(with_text(f"dr_sites_primary_password: {text}\n"))

    assert mapping.primary.password == SecretRef(ref="mapping:/dr_sites_primary_password")
    assert findings(with_text(f"dr_sites_primary_password: {text}\n")) == []


@pytest.mark.parametrize("text", ["", '""', "~"])
def test_an_empty_password_is_none(text: str) -> None:
    """The shipped example writes empty CHAP users and passwords."""
    assert valid(with_text(f"dr_sites_primary_password: {text}\n")).primary.password is None


def test_a_password_can_come_from_the_environment() -> None:
    """The reference names the variable; whether it is set matters when it is needed."""
    text = with_text("dr_sites_primary_password: \"{{ lookup('env', 'PW') }}\"\n")

    assert valid(text).primary.password == SecretRef(ref="env:PW")


def test_a_password_that_the_role_would_read_otherwise_is_not_shown() -> None:
    """``0777`` is another number to YAML; the warning tells so without the value."""
    finding = only(with_text("dr_sites_primary_password: 0777\n"))

    assert finding.severity == "warning"
    assert "777" not in repr(finding).replace(str(finding.range), "")
    assert "511" not in repr(finding)


def test_the_placeholder_for_a_password_is_an_error() -> None:
    """The generator writes one that nobody must log in with."""
    finding = only(
        storages(
            item(ISCSI, dr_primary_username="u", dr_primary_password="PLEASE_SET_PASSWORD_HERE")
        )
    )

    assert finding.summary == "the password is still the generator's placeholder"


def test_an_encrypted_value_elsewhere_is_refused() -> None:
    """Only passwords can stay encrypted: the rest has to be read."""
    finding = only(with_text("dr_report_file: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  36\n"))

    assert finding.summary == "an encrypted value can stand only where a password is expected"


def test_a_pointer_escapes_what_means_something_to_it() -> None:
    """RFC 6901: ``~`` and ``/`` inside a key."""
    assert pointer_token("a/b~c") == "a~1b~0c"
