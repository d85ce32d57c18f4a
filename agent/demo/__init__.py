"""The demo: an embedded broker, a simulated home of many dialects, the agent as it is, and a view of what it told."""
