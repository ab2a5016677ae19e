"""From bytes to YAML nodes: what is refused, and with what words."""

from __future__ import annotations

from pathlib import Path

import pytest

from drplan.documents.mapping import keys
from drplan.documents.mapping.compose import MAX_BYTES, compose, decode
from drplan.documents.mapping.findings import Findings
from drplan.documents.mapping.nodes import ListNode, MapNode, ScalarNode
from drplan.documents.mapping_file import load_mapping, read_mapping
from drplan.errors import InvalidInput
from tests.unit.documents.mapping_samples import (
    NFS,
    SITES,
    findings,
    item,
    only,
    place,
    storages,
    valid,
    with_text,
)

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)

BAD = [
    (b"", None, "the file is empty"),
    (b"\n# only a comment\n---\n", None, "the file is empty"),
    (b"- a\n- b\n", (1, 1), "this is not a mapping file"),
    (b"just text\n", (1, 1), "this is not a mapping file"),
    (b"a: 1\n---\nb: 2\n", (2, 1), "a second YAML document begins here"),
    (b"a: [1, 2\nb: 3\n", (2, 2), "this is not valid YAML"),
    (b"a: 'no end\n", (2, 1), "this is not valid YAML"),
    (b"a: 1\n\tb: 2\n", (2, 1), "this is not valid YAML"),
    (b"a: b: c\n", (1, 5), "this is not valid YAML"),
    (b"a: *nothing\n", (1, 4), "the alias *nothing names nothing"),
    (b"a: &me [*me]\n", (1, 9), "the alias *me stands inside what it names"),
    (b"a: !!python/object:os.system x\n", (1, 4), "the tag tag:yaml.org,2002:python/object"),
    (b"a: !secret x\n", (1, 4), "the tag !secret is not known here"),
    (b"a: \xff\n", (1, 4), "the file is not UTF-8 text"),
    ("ä: 1\nö: ".encode() + b"\xfc\n", (2, 4), "the file is not UTF-8 text"),
    ("a: 1\n".encode("utf-16"), (1, 1), "the file is UTF-16 text"),
    (b"a: 1\nb: x\x00y\n", (2, 5), "the character U+0000 is not allowed"),
    (b"a: \x1b[31mred\n", (1, 4), "the character U+001B is not allowed"),
    (b"$ANSIBLE_VAULT;1.1;AES256\n3661\n", (1, 1), "the whole file is encrypted"),
    (b"a: " + b"[" * 101 + b"]" * 101 + b"\n", (1, 103), "nested deeper than 100 levels"),
    (b"a: " + b"[" * 50_000, (1, 1003), "this is not valid YAML"),
    (b"a: " + b"[" * 90 + b"\n", (2, 1), "this is not valid YAML"),
    (BOMB.encode(), (6, 4), "the aliases here expand to more than"),
    (b" " * (MAX_BYTES + 1), None, "the file is larger than 16 MiB"),
]


@pytest.mark.parametrize(("data", "where", "words"), BAD)
def test_what_cannot_be_read_is_one_clear_error(
    data: bytes, where: tuple[int, int] | None, words: str
) -> None:
    """A file that is no mapping at all gives one error, at the place where it goes wrong."""
    finding = only(data)

    assert finding.severity == "error"
    assert finding.summary.startswith(words)
    assert (place(finding) if finding.range else None) == where


def test_a_missing_space_after_a_colon_is_named_for_every_known_key() -> None:
    """The guide's own trap: ``dr_secondary_address:10.64.90.xxx`` is no key for YAML (R100)."""
    text = storages(item(NFS)).replace("_address: ", "_address:").replace("_path: ", "_path:")

    found = findings(text)

    assert [finding.key for finding in found] == [
        "dr_primary_address",
        "dr_primary_path",
        "dr_secondary_address",
        "dr_secondary_path",
    ]
    assert all("a space is missing after the colon" in finding.summary for finding in found)
    assert place(found[0]) == (17, 3)


def test_a_url_is_no_key_without_a_space() -> None:
    """A colon inside a value, as in a URL or after an unknown word, is not taken for the trap."""
    text = "dr_sites_primary_url://x\nother:y\nlist: [\n"

    assert [finding.summary[:22] for finding in findings(text)] == ["this is not valid YAML"]


def test_both_places_of_a_duplicate_key_are_told() -> None:
    """Of two equal keys the role silently takes the last; here both places are named."""
    finding = only(with_text("dr_target_host: primary\ndr_target_host: secondary\n"))

    assert finding.severity == "error"
    assert "dr_target_host stands here a second time; it is first at 24:1" in finding.summary
    assert place(finding) == (25, 1)


def test_every_duplicate_is_found_not_just_the_first() -> None:
    """Three times the same key, and another one twice inside an item, are three errors."""
    text = with_text("dr_target_host: a\n" * 3).replace(
        "  dr_backup: false\n", "  dr_backup: false\n" * 2
    )

    duplicates = [found for found in findings(text) if "a second time" in found.summary]
    assert [place(finding) for finding in duplicates] == [(12, 3), (26, 1), (27, 1)]


def test_a_key_may_be_in_quotes() -> None:
    """Quotes around a key do not make another key of it."""
    finding = only(with_text("\"dr_target_host\": primary\n'dr_target_host': primary\n"))

    assert "a second time" in finding.summary


def test_merge_keys_bring_in_what_is_not_there() -> None:
    """``<<`` works as YAML has it: the item's own keys win, earlier merges before later ones."""
    text = SITES + (
        "dr_import_storages:\n"
        + item(NFS).replace("- ", "- &first\n  ", 1)
        + "- <<: *first\n  dr_primary_name: data02\n  dr_secondary_name: data02\n"
        "  dr_primary_path: /export/data02\n  dr_secondary_path: /export/data02\n"
        "  dr_primary_master_domain: false\n  dr_secondary_master_domain: false\n"
    )

    second = valid(text).storages[1]

    assert (second.primary.name, second.primary.address) == ("data02", "nfs1.example.com")
    assert not second.primary.master


def test_a_list_of_merges_takes_the_first_that_has_a_key() -> None:
    """In ``<<: [*a, *b]`` the keys of ``a`` win."""
    root = compose("a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b]}\n", Findings("f"))

    assert root is not None
    merged = root.pairs[2].value
    assert isinstance(merged, MapNode)
    texts = {p.key: p.value.text for p in merged.pairs if isinstance(p.value, ScalarNode)}
    assert texts == {"x": "1", "y": "3"}


def test_only_a_mapping_can_be_merged() -> None:
    """``<<: text`` is an error where it stands."""
    errors = findings(with_text("<<: text\n"), "error")

    assert [(place(found), found.summary) for found in errors] == [
        ((24, 5), "only a mapping can be merged with `<<`")
    ]


def test_a_key_must_be_a_single_value() -> None:
    """A list as a key is refused, and the rest of the file is still read."""
    errors = findings(with_text("? [a, b]\n: 1\n"), "error")

    assert [found.summary for found in errors] == ["a key must be a single value"]


def test_aliases_stand_for_what_they_name() -> None:
    """An alias of a list and of a value are as good as writing it out."""
    text = with_text("dr_cluster_mappings: &same\n- {primary_name: a, secondary_name: b}\n")

    mapping = valid(text + "dr_affinity_label_mappings: *same\n")

    assert [pair.primary for pair in mapping.affinity_labels] == ["a"]


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    """Editors of some systems write one at the beginning of a file."""
    assert valid("\ufeff" + with_text("")).primary.username == "admin@internal"


def test_windows_line_ends_change_nothing() -> None:
    """Carriage returns are part of the line end, not of names."""
    assert valid(with_text("").replace("\n", "\r\n")).storages[0].primary.name == "data01"


def test_nodes_keep_text_and_position() -> None:
    """The node of ``0755`` is the text ``0755``, and knows that YAML takes it for 493."""
    root = compose("a:\n- 0755\n- 'no'\n- no\n", Findings("f"))

    assert root is not None
    nodes = root.pairs[0].value
    assert isinstance(nodes, ListNode)
    read = [
        (n.text, n.kind, n.role_text, n.position.line)
        for n in nodes.items
        if isinstance(n, ScalarNode)
    ]
    assert read == [("0755", "int", "493", 2), ("no", "text", "no", 3), ("no", "bool", "False", 4)]


def test_a_position_counts_characters_not_bytes() -> None:
    """Umlauts before a value do not move its column."""
    root = compose("ä: {ö: x}\n", Findings("f"), keys.ALL)

    assert root is not None
    inner = root.pairs[0].value
    assert isinstance(inner, MapNode)
    assert inner.pairs[0].value.position.column == 8


def test_decoding_keeps_the_text() -> None:
    """What is UTF-8 is returned as it is, with nothing found."""
    found = Findings("f")

    assert decode("naïve: ☃\n".encode(), found) == "naïve: ☃\n"
    assert found.in_order() == ()


@pytest.mark.parametrize("name", ["missing.yml", "."])
def test_a_file_that_cannot_be_opened_is_a_finding(tmp_path: Path, name: str) -> None:
    """A missing file, or a folder, is told like anything else that is wrong."""
    reading = read_mapping(tmp_path / name)

    assert reading.mapping is None
    assert [finding.severity for finding in reading.diagnostics] == ["error"]
    assert "cannot be read" in reading.diagnostics[0].summary


def test_loading_raises_with_all_errors_at_once(tmp_path: Path) -> None:
    """Commands that need a mapping get it, or one exception with every error as a line."""
    path = tmp_path / "m.yml"
    path.write_text("dr_sites_primary_url: x\n")

    with pytest.raises(InvalidInput) as caught:
        load_mapping(path)

    assert caught.value.exit_code == 65
    assert len(caught.value.findings) == 4
    assert caught.value.findings[3].startswith(f"{path}:1:23: dr_sites_primary_url: expected a URL")


def test_loading_gives_the_mapping_and_its_warnings(tmp_path: Path) -> None:
    """A mapping with warnings can be used."""
    path = tmp_path / "m.yml"
    path.write_text(with_text("dr_ignore_error_clean: true\n"))

    mapping, warnings = load_mapping(path)

    assert mapping.file == str(path)
    assert [warning.key for warning in warnings] == ["dr_ignore_error_clean"]
