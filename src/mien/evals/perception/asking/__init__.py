"""Vision, audio and text models asked the same items as decoders, through Inspect."""
