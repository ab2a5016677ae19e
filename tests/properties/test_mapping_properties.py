"""What holds for every text that is read as a mapping."""

from __future__ import annotations

import json
import string

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drplan.documents.mapping import keys
from tests.unit.documents.mapping_samples import NFS, SITES, item, read, storages

KEYS = sorted(keys.ALL | keys.DRPLAN | keys.GATE | keys.START)
WORDS = ["no", "True", "~", "", "nfs", "12", "1.10", "{{ x }}", "<<", "*a", "&a", "!vault x", "[]"]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
trees = st.recursive(
    scalars | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=25,
)
lines = st.lists(
    st.tuples(
        st.sampled_from(["", "  ", "- ", "  - ", "\t"]),
        st.sampled_from(KEYS) | st.text(string.printable, max_size=6),
        st.sampled_from([": ", ":", " ", ":\n"]),
        st.sampled_from(WORDS) | st.text(max_size=10),
    ).map("".join),
    max_size=12,
)
names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"]),
    min_size=1,
    max_size=20,
).filter(lambda name: "{{" not in name and "{%" not in name and "\ufeff" not in name)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No file makes the reader fail: there is a mapping, or there is an error."""
    reading = read(data)

    errors = [found for found in reading.diagnostics if found.severity == "error"]
    assert (reading.mapping is None) == bool(errors)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """The same for text, where more of it is YAML."""
    reading = read(text.encode("utf-8", errors="surrogatepass"))

    assert (reading.mapping is None) == any(f.severity == "error" for f in reading.diagnostics)


@settings(max_examples=300)
@given(lines)
def test_anything_like_a_mapping_is_read_or_refused(parts: list[str]) -> None:
    """Known keys, odd values, broken lines, in any order, after valid sites."""
    reading = read((SITES + "\n".join(parts)).encode("utf-8", errors="surrogatepass"))

    assert (reading.mapping is None) == any(f.severity == "error" for f in reading.diagnostics)


@settings(max_examples=300)
@given(trees)
def test_any_tree_under_known_keys_is_read_or_refused(tree: object) -> None:
    """Valid YAML of the wrong shape gives findings with a place, never a failure."""
    document = {**yaml.safe_load(SITES), "dr_import_storages": tree, "drplan": tree}
    if isinstance(tree, dict):
        document.update({str(key): value for key, value in tree.items()})

    reading = read(yaml.safe_dump(document, allow_unicode=True).encode(errors="surrogatepass"))

    assert (reading.mapping is None) == any(f.severity == "error" for f in reading.diagnostics)


@given(st.lists(st.tuples(names, names), max_size=6, unique_by=lambda pair: pair[0]))
def test_quoted_names_come_back_as_they_were_written(pairs: list[tuple[str, str]]) -> None:
    """Whatever a cluster is called, the mapping has that name."""
    entries = [{"primary_name": first, "secondary_name": other} for first, other in pairs]

    mapping = read(
        storages(item(NFS)) + f"dr_cluster_mappings: {json.dumps(entries, ensure_ascii=False)}\n"
    ).mapping

    assert mapping is not None
    assert [(pair.primary, pair.secondary) for pair in mapping.clusters] == pairs


@given(st.from_regex(r"[0-9A-Za-z_.:+-]{1,12}", fullmatch=True).filter(lambda t: t[-1] != ":"))
def test_plain_names_are_the_text_in_the_file(name: str) -> None:
    """Numbers, dates, truths: without quotes too, the text counts; only null is nothing."""
    text = f"dr_cluster_mappings:\n- primary_name: x{name}\n  secondary_name: {name}\n"
    if name.startswith("-") or ": " in name:
        return

    mapping = read(storages(item(NFS)) + text).mapping

    assert mapping is not None
    is_null = name.lower() == "null" and name in {"null", "Null", "NULL"}
    assert mapping.clusters[0].secondary == (None if is_null else name)


@given(st.text(string.ascii_letters + string.digits + "!#$%&*?-", min_size=8, max_size=20))
def test_no_password_is_in_what_was_read(password: str) -> None:
    """Neither in the mapping nor in a finding, whatever else is wrong with the file."""
    secret = f"S{password}S"
    broken = item(NFS, dr_primary_password=json.dumps(secret), dr_backup="perhaps")
    fine = item(NFS, dr_primary_password=json.dumps(secret))

    for text in (storages(broken), storages(fine)):
        assert secret not in repr(read(text + f"dr_sites_primary_password: {secret!r}\n"))
