"""What the words for emotions mean, and how many raters would use them."""

from mien.emotions.emotion import EMONET_40, Emotion, Group
from mien.emotions.maps import LabelMap, label_map, map_names
from mien.emotions.scores import EMPTY, Scores, Top

__all__ = [
    "EMONET_40",
    "EMPTY",
    "Emotion",
    "Group",
    "LabelMap",
    "Scores",
    "Top",
    "label_map",
    "map_names",
]
