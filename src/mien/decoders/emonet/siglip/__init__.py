"""SigLIP 2's picture tower: converted once, then run in eight bits by onnxruntime."""

from mien.decoders.emonet.siglip.convert import convert_tower
from mien.decoders.emonet.siglip.tower import Tower

__all__ = ["Tower", "convert_tower"]
