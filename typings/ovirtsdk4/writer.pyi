from typing import Any

class Writer:
    @classmethod
    def write(
        cls, obj: Any, target: Any = None, root: str | None = None, indent: bool = False
    ) -> str: ...
