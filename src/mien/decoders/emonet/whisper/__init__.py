"""BUD-E-Whisper: its encoder in integers by onnxruntime, its captions by CTranslate2."""

from mien.decoders.emonet.whisper.convert import convert_encoder
from mien.decoders.emonet.whisper.encoder import Encoder

__all__ = ["Encoder", "convert_encoder"]
