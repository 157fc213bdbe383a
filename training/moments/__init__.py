"""Training of the models that turn readings into moments, on the project's own dialogues."""
