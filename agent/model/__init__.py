"""The released model: weights and spec."""
