from typing import Any

class Reader:
    @staticmethod
    def parse_date(text: str | None) -> Any: ...
    @classmethod
    def read(cls, source: Any) -> Any: ...
