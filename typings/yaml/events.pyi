from yaml.error import Mark

class Event:
    start_mark: Mark
    end_mark: Mark

class NodeEvent(Event):
    anchor: str | None

class AliasEvent(NodeEvent):
    anchor: str

class ScalarEvent(NodeEvent):
    tag: str | None
    implicit: tuple[bool, bool]
    value: str
    style: str | None

class CollectionStartEvent(NodeEvent):
    tag: str | None
    implicit: bool

class SequenceStartEvent(CollectionStartEvent): ...
class MappingStartEvent(CollectionStartEvent): ...
class CollectionEndEvent(Event): ...
class SequenceEndEvent(CollectionEndEvent): ...
class MappingEndEvent(CollectionEndEvent): ...
class DocumentStartEvent(Event): ...
class DocumentEndEvent(Event): ...
class StreamStartEvent(Event): ...
class StreamEndEvent(Event): ...
