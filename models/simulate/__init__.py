"""From facts to messages as devices send them, with the truth of every field."""
