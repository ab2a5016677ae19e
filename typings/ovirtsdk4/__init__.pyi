"""What drplan uses of ovirt-engine-sdk-python 4.6, which ships no annotations.

The generated parts (types, services: 70,000 lines) stay open through a module-level
``__getattr__``; everything written by hand there is spelled out here.
"""

from collections.abc import Mapping
from logging import Logger
from types import TracebackType
from typing import Any, Self

from ovirtsdk4 import services as services
from ovirtsdk4 import types as types
from ovirtsdk4.http import Request, Response

def get_version() -> str: ...

class Error(Exception):
    code: int | None
    fault: Any
    def __init__(self, message: str, code: int | None = None, fault: Any = None) -> None: ...

class AuthError(Error): ...
class ConnectionError(Error): ...
class NotFoundError(Error): ...
class TimeoutError(Error): ...

class List(list[Any]):
    href: str | None
    def __init__(self, href: str | None = None) -> None: ...

class Struct:
    href: str | None
    def __init__(self, href: str | None = None) -> None: ...

class Connection:
    _url: str
    _log: Logger | None
    _username: str | None
    _password: str | None
    _sso_token: str | None
    _headers: dict[str, str]
    def __init__(
        self,
        url: str | None = None,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        insecure: bool = False,
        ca_file: str | None = None,
        debug: bool = False,
        log: Logger | None = None,
        kerberos: bool = False,
        timeout: float = 0,
        compress: bool = True,
        sso_url: str | None = None,
        sso_revoke_url: str | None = None,
        sso_token_name: str = "access_token",
        headers: Mapping[str, str] | None = None,
        pipeline: int = 0,
        connections: int = 0,
    ) -> None: ...
    def send(self, request: Request) -> Any: ...
    def wait(self, context: Any, failed_auth: bool = False) -> Response: ...
    def authenticate(self) -> str: ...
    @property
    def url(self) -> str: ...
    def system_service(self) -> services.SystemService: ...
    def service(self, path: str) -> Any: ...
    def test(self, raise_exception: bool = False) -> bool: ...
    def is_link(self, obj: Struct) -> bool: ...
    def follow_link(self, obj: Struct | List) -> Any: ...
    def close(self, logout: bool = True) -> None: ...
    def check_xml_content_type(self, response: Response) -> None: ...
    def check_json_content_type(self, response: Response) -> None: ...
    def _build_url(self, path: str = "", query: Mapping[str, Any] | None = None) -> str: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
