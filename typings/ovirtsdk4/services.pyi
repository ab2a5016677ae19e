"""Generated in the SDK, one class for every path of the API; each is open here."""

from typing import Any

from ovirtsdk4.service import Service

class SystemService(Service): ...

def __getattr__(name: str) -> Any: ...
