"""Training sources: pinned packages of other projects, read for what they state about their devices' fields."""
