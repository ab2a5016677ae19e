from collections.abc import Callable
from typing import Any

from ovirtsdk4 import Connection
from ovirtsdk4.http import Response

class Future:
    _connection: Connection
    _context: Any
    _code: Callable[[Response], Any]
    def __init__(
        self, connection: Connection, context: Any, code: Callable[[Response], Any]
    ) -> None: ...
    def wait(self) -> Any: ...

class Service:
    _connection: Connection
    _path: str
    def __init__(self, connection: Connection, path: str) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
