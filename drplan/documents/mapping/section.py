"""Reads one mapping of the file key by key, and reports what is wrong with each value.

A section knows its keys from the start: whatever else it holds is reported with the key that was
probably meant. Values that the role tolerates are tolerated here (K2, K3, K5), with a warning
wherever the role would read something else.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, TypeVar

from drplan.documents.mapping.findings import Findings, did_you_mean
from drplan.documents.mapping.nodes import (
    ListNode,
    MapNode,
    Node,
    Pair,
    ScalarNode,
    describe,
    is_null,
)
from drplan.documents.mapping.values import (
    DURATION_HELP,
    FALSE_WORDS,
    PASSWORD_PLACEHOLDER,
    TEMPLATE_HELP,
    TRUE_WORDS,
    Reading,
    holds_template,
    is_not_set,
    one_of,
    parse_duration,
    pointer_token,
    resolved_text,
    variable_looked_up,
    warn_of_lost_type,
)
from drplan.model.diagnostic import Position
from drplan.model.mapping import SecretRef

_WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}")

Word = TypeVar("Word", bound=str)


class Section:
    """One mapping of keys to values, and where in the file it is.

    ``path`` is for people (``dr_import_storages[0]``), ``pointer`` is the JSON pointer that
    references to secrets use. Asking for a key that is not among ``keys`` is a bug.
    """

    def __init__(
        self,
        node: MapNode,
        keys: frozenset[str],
        reading: Reading,
        path: str = "",
        pointer: str = "",
    ) -> None:
        self.position = node.position
        self.path = path
        self.reading = reading
        self._keys = keys
        self._pointer = pointer
        self._pairs = {pair.key: pair for pair in node.pairs}

    @property
    def findings(self) -> Findings:
        """Where what is wrong is noted."""
        return self.reading.findings

    def report_unknown_keys(self, *, where: str = "here") -> None:
        """Warn of each key that nobody reads, with the known key that is most like it (R100)."""
        for key, pair in self._pairs.items():
            if key in self._keys:
                continue
            meant = did_you_mean(key, self._keys)
            self.findings.warning(
                pair.key_position,
                f"the key {key} is not known {where}, and is ignored",
                key=self.full_key(key),
                next_step=f"Did you mean {meant}?"
                if meant
                else "Remove it, or check its spelling.",
            )

    def rename(self, spelling: str, key: str) -> bool:
        """Let the value under another spelling count as that of ``key``, unless it has one."""
        if spelling not in self._pairs or self.has(key):
            return False
        self._pairs[key] = self._pairs.pop(spelling)
        return True

    def has(self, key: str) -> bool:
        """Whether the key is there and says something."""
        return self.value(key) is not None

    def full_key(self, key: str) -> str:
        """Return the key with its path, as messages name it."""
        return f"{self.path}.{key}" if self.path else key

    def place(self, key: str) -> Position:
        """Return where the value stands; the key, if it has none; or else the section."""
        pair = self._pair(key)
        if pair is None:
            return self.position
        return pair.key_position if is_null(pair.value) else pair.value.position

    def value(self, key: str) -> Node | None:
        """Return the node under a key; ``None`` if it is missing or null, which mean the same."""
        pair = self._pair(key)
        return None if pair is None or is_null(pair.value) else pair.value

    def error(self, key: str, summary: str, *, detail: str = "", next_step: str = "") -> None:
        """Note an error about a key."""
        self.findings.error(
            self.place(key), summary, key=self.full_key(key), detail=detail, next_step=next_step
        )

    def warning(self, key: str, summary: str, *, detail: str = "", next_step: str = "") -> None:
        """Note a warning about a key."""
        self.findings.warning(
            self.place(key), summary, key=self.full_key(key), detail=detail, next_step=next_step
        )

    # -- single values --------------------------------------------------------------------

    def text(self, key: str) -> str | None:
        """Return the source text of a value; ``None`` if absent, ``""`` only if quoted so."""
        node = self._scalar(key)
        return None if node is None else self._checked_text(node, self.full_key(key))

    def filled(self, key: str) -> str | None:
        """Return the text of a value; ``None`` if absent or empty."""
        return self.text(key) or None

    def required(self, key: str, *, need: str = "", next_step: str = "") -> str:
        """Return the text of a value that has to be there; ``""`` after an error."""
        node = self.value(key)
        if isinstance(node, ScalarNode) and (node.text.strip() or node.kind == "vault"):
            return self.text(key) or ""
        if node is None or isinstance(node, ScalarNode):
            self.error(key, f"{key} is not filled in{need}", next_step=next_step)
        else:
            self._not_a_value(key, node)
        return ""

    def attribute(self, key: str) -> str | None:
        """Return a value that is not a name; the generator's ``None`` means that it has none."""
        return None if is_not_set(self.value(key)) else self.filled(key)

    def flag(self, key: str, *, quoted_false_is_true_for_role: bool = False) -> bool | None:
        """Return a boolean as the role means it: words in any case, quoted or not (K2).

        Some places of the role take the quoted word for true, whatever it says (B3.8, B4.3).
        """
        text = self._typed_text(key)
        if text is None:
            return None
        if text.lower() not in TRUE_WORDS | FALSE_WORDS:
            self.error(key, f"expected true or false, found {text!r}")
            return None
        truth = text.lower() in TRUE_WORDS
        node = self.value(key)
        quoted = isinstance(node, ScalarNode) and node.kind == "text"
        if quoted and not truth and quoted_false_is_true_for_role:
            self.warning(
                key,
                f"drplan reads false; the Ansible role takes the quoted word {text!r} for true",
                next_step="Write false without quotes.",
            )
        return truth

    def number(self, key: str, *, least: int = 0, most: int = 2**31 - 1) -> int | None:
        """Return a whole number within limits, quoted or not (K5)."""
        text = self._typed_text(key)
        if text is None:
            return None
        if not _WHOLE_NUMBER.fullmatch(text):
            self.error(key, f"expected a whole number, found {text!r}")
            return None
        if not least <= int(text) <= most:
            self.error(key, f"expected a number from {least} to {most}, found {text}")
            return None
        node = self.value(key)
        if isinstance(node, ScalarNode) and node.kind == "int" and node.role_text != str(int(text)):
            warn_of_lost_type(node, self.full_key(key), self.reading)
        return int(text)

    def seconds(self, key: str, *, least: int = 0) -> int | None:
        """Return a duration in seconds, written as seconds or as ``90s``, ``15m``, ``1h30m``."""
        text = self._typed_text(key)
        if text is None:
            return None
        seconds = parse_duration(text)
        if seconds is None:
            self.error(key, f"expected a duration, found {text!r}", next_step=DURATION_HELP)
        elif seconds < least:
            self.error(key, f"expected at least {least} seconds, found {text!r}")
            return None
        return seconds

    def choice(self, key: str, words: tuple[Word, ...]) -> Word | None:
        """Return one of the given words, which are all in lower case."""
        text = self._typed_text(key)
        if text is None:
            return None
        for word in words:
            if word == text.lower():
                return word
        meant = did_you_mean(text, words)
        self.error(
            key,
            f"expected {one_of(words)}, found {text!r}",
            next_step=f"Did you mean {meant}?" if meant else "",
        )
        return None

    def secret(self, key: str) -> SecretRef | None:
        """Return where the secret under a key is found; its value is not kept, nor ever shown."""
        node = self.value(key)
        if node is None or (isinstance(node, ScalarNode) and node.kind == "text" and not node.text):
            return None
        if not isinstance(node, ScalarNode):
            self._not_a_value(key, node)
            return None
        variable = variable_looked_up(node)
        if variable:
            return SecretRef(ref=f"env:{variable}")
        if holds_template(node):
            self.error(key, "a template is not evaluated here", next_step=TEMPLATE_HELP)
            return None
        if node.text == PASSWORD_PLACEHOLDER:
            self.error(key, "the password is still the generator's placeholder")
            return None
        if node.role_text != node.text:
            self.warning(
                key,
                "the Ansible role would read another value than the text that stands here",
                next_step="Put it in quotes.",
            )
        return SecretRef(ref=f"mapping:{self._pointer}/{pointer_token(key)}")

    # -- lists ----------------------------------------------------------------------------

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        node = self.value(key)
        if node is None:
            return ()
        if isinstance(node, MapNode):
            self._not_a_value(key, node, expected="a list of values")
            return ()
        items = node.items if isinstance(node, ListNode) else (node,)
        texts = (self._item_text(item, key, index) for index, item in enumerate(items))
        return tuple(text for text in texts if text)

    def command(self, key: str) -> tuple[str, ...]:
        """Return a command as its arguments: a list, or a text split as a shell would."""
        node = self.value(key)
        if isinstance(node, ScalarNode) and node.kind != "vault":
            try:
                return tuple(shlex.split(node.text))
            except ValueError as fault:
                self.error(key, f"the command cannot be split into arguments: {fault}")
                return ()
        if isinstance(node, ListNode) and all(isinstance(item, ScalarNode) for item in node.items):
            return tuple(item.text for item in node.items if isinstance(item, ScalarNode))
        if node is not None:
            self._not_a_value(key, node, expected="a command: a text, or a list of arguments")
        return ()

    # -- sections -------------------------------------------------------------------------

    def section(
        self, key: str, keys: frozenset[str], *, role_reads: bool | None = None
    ) -> Section | None:
        """Return the section under a key, its unknown keys reported."""
        node = self.value(key)
        if node is None:
            return None
        if not isinstance(node, MapNode) or node.template:
            self._not_a_value(key, node, expected="a mapping of keys to values")
            return None
        pointer = f"{self._pointer}/{pointer_token(key)}"
        reading = (
            self.reading if role_reads is None else replace(self.reading, role_reads=role_reads)
        )
        section = Section(node, keys, reading, self.full_key(key), pointer)
        section.report_unknown_keys(where=f"in {self.full_key(key)}")
        return section

    def sections(self, key: str, keys: frozenset[str]) -> Iterator[Section]:
        """Yield the sections of a list. Null, ``[]`` and a missing key are the same (K3)."""
        node = self.value(key)
        if node is None:
            return
        if not isinstance(node, ListNode):
            self._not_a_value(key, node, expected="a list, each item beginning with `- `")
            return
        pointer = f"{self._pointer}/{pointer_token(key)}"
        for index, item in enumerate(node.items):
            path = f"{self.full_key(key)}[{index}]"
            if isinstance(item, MapNode) and not item.template:
                yield Section(item, keys, self.reading, path, f"{pointer}/{index}")
            elif not is_null(item):
                self._not_an_entry(path, item)

    def entries(self, key: str) -> Iterator[tuple[str, Section]]:
        """Yield each key of the mapping under ``key`` with a section that holds just that key."""
        node = self.value(key)
        if node is None:
            return
        if not isinstance(node, MapNode) or node.template:
            self._not_a_value(key, node, expected="a mapping of names to values")
            return
        names = frozenset(pair.key for pair in node.pairs)
        section = Section(node, names, self.reading, self.full_key(key), self._pointer)
        for pair in node.pairs:
            yield pair.key, section

    # -- inside ---------------------------------------------------------------------------

    def _pair(self, key: str) -> Pair | None:
        if key not in self._keys:
            raise KeyError(f"{key} is not declared as a key of {self.path or 'the file'}")
        return self._pairs.get(key)

    def _scalar(self, key: str) -> ScalarNode | None:
        node = self.value(key)
        if node is None or isinstance(node, ScalarNode):
            return node
        self._not_a_value(key, node)
        return None

    def _not_a_value(self, key: str, node: Node, expected: str = "a single value") -> None:
        braces = node.template if isinstance(node, MapNode) else False
        if braces or (isinstance(node, ScalarNode) and holds_template(node)):
            self.error(key, "a template is not evaluated here", next_step=TEMPLATE_HELP)
        else:
            self.error(key, f"expected {expected}, found {describe(node)}")

    def _not_an_entry(self, path: str, item: Node) -> None:
        spaceless = isinstance(item, ScalarNode) and re.match(r"(\w+):\S", item.text)
        self.findings.error(
            item.position,
            f"expected a mapping of keys to values, found {describe(item)}",
            key=path,
            next_step=f"Put a space after `{spaceless[1]}:`." if spaceless else "",
        )

    def _item_text(self, item: Node, key: str, index: int) -> str | None:
        path = f"{self.full_key(key)}[{index}]"
        if isinstance(item, ScalarNode):
            return None if item.kind == "null" else self._checked_text(item, path)
        self.findings.error(
            item.position, f"expected a single value, found {describe(item)}", key=path
        )
        return None

    def _checked_text(self, node: ScalarNode, path: str) -> str | None:
        if not holds_template(node):
            warn_of_lost_type(node, path, self.reading)
        return resolved_text(node, path, self.reading)

    def _typed_text(self, key: str) -> str | None:
        """Return the trimmed text of a value that is no name; ``None`` if there is none."""
        node = self._scalar(key)
        if node is None or is_not_set(node):
            return None
        return (resolved_text(node, self.full_key(key), self.reading) or "").strip() or None
