"""Dragoman: reads the messages of a home's MQTT devices and says what each field means."""

__version__ = "0.1.0"
