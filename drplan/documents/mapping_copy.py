"""A copy of a mapping file that points at other Engines; all else in it stays as it was.

Comments, quotes and the spelling of every value survive: no plain value is interpreted on its way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.tag import Tag

from drplan.errors import InvalidInput

_TEXT = Tag(suffix="tag:yaml.org,2002:str")
_NEVER_FOLD = 2**20


@dataclass(frozen=True)
class SiteAddress:
    """Where an Engine is reached, and the file with its certificate authority."""

    url: str
    ca_file: str


class _PlainWords(VersionedResolver):
    """Takes every plain scalar for the word that is written, so that it is written again so."""

    def resolve(self, kind: type, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode and implicit[0] and value != "<<":
            return _TEXT
        return super().resolve(kind, value, implicit)


def repointed(
    text: str, sites: Mapping[str, SiteAddress], *, lease_wait: int, where: str = "mapping"
) -> str:
    """The mapping in ``text`` with the addresses of ``sites`` (by role) and another lease wait.

    ``lease_wait`` is in seconds. ``where`` names the file in messages. Raises ``InvalidInput``
    for what is no YAML mapping.
    """
    yaml = _yaml()
    yaml.explicit_start = any(line.startswith("---") for line in text.splitlines())
    try:
        document = yaml.load(text)
    except YAMLError as error:
        reason = str(error).splitlines()[0]
        raise InvalidInput(f"not a mapping file: {reason}", where=where) from error
    if not isinstance(document, CommentedMap):
        raise InvalidInput("not a mapping file", where=where)
    for role, site in sites.items():
        # A password of the Engine that was meant is none of the other one.
        document.pop(f"dr_sites_{role}_password", None)
        document[f"dr_sites_{role}_url"] = site.url
        document[f"dr_sites_{role}_ca_file"] = DoubleQuotedScalarString(site.ca_file)
    section = document.get("drplan")
    if not isinstance(section, CommentedMap):
        section = document["drplan"] = CommentedMap()
    section["lease_wait"] = str(lease_wait)
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def passwords_text(passwords: Mapping[str, str]) -> str:
    """A file of variables with the password of each role, for drplan and for the Ansible role."""
    document = CommentedMap()
    for role, password in passwords.items():
        document[f"dr_sites_{role}_password"] = DoubleQuotedScalarString(password)
    out = StringIO()
    yaml = _yaml()
    yaml.explicit_start = True
    yaml.dump(document, out)
    return out.getvalue()


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Resolver = _PlainWords
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = True
    yaml.width = _NEVER_FOLD
    return yaml
