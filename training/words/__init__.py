"""From public corpora to the words decoders: `python -m training.words --data DIR`."""
