"""Training of the voice decoders: from corpora of acted speech to ONNX files with cards."""
