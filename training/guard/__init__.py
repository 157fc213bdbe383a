"""From written sentences and published chats to the guard's local detectors."""
