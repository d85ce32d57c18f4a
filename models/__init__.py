"""Training of the released model, file to file. Nothing in `agent` imports this package."""
