"""What the agent costs on this machine."""
