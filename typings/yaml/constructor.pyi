from typing import Any

from yaml.nodes import ScalarNode

class SafeConstructor:
    def construct_object(self, node: ScalarNode, deep: bool = ...) -> Any: ...
