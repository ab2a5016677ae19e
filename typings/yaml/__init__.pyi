"""What drplan uses of PyYAML, which ships no annotations: events to read, dumpers to write."""

from collections.abc import Callable, Iterator
from typing import Any

from yaml.error import Mark as Mark
from yaml.error import MarkedYAMLError as MarkedYAMLError
from yaml.error import YAMLError as YAMLError
from yaml.events import Event as Event
from yaml.nodes import ScalarNode as ScalarNode

__with_libyaml__: bool

class SafeLoader: ...
class CSafeLoader: ...

def parse(stream: str, Loader: type[SafeLoader] | type[CSafeLoader] = ...) -> Iterator[Event]: ...
def safe_load(stream: str | bytes) -> Any: ...

class SafeDumper:
    @classmethod
    def add_representer(cls, data_type: type, representer: Callable[[Any, Any], Any]) -> None: ...
    def represent_scalar(self, tag: str, value: str, style: str | None = None) -> ScalarNode: ...

class CSafeDumper(SafeDumper): ...

def dump(
    data: Any,
    stream: None = None,
    Dumper: type[SafeDumper] = ...,
    *,
    sort_keys: bool = True,
    allow_unicode: bool = False,
    width: int = 80,
) -> str: ...
def safe_dump(data: Any, *, sort_keys: bool = ..., allow_unicode: bool = ...) -> str: ...
