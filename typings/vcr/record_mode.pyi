from enum import Enum

class RecordMode(str, Enum):
    NEW_EPISODES = "new_episodes"
    NONE = "none"
    ALL = "all"
    ONCE = "once"
