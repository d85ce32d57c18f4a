"""A bare paho client that publishes everything again under another topic: what nobody in Python can be faster than.

python -m agent.bench.echo HOST PORT TOPIC_FILTER QOS PROTOCOL
"""

from __future__ import annotations

import socket
import sys
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

PREFIX = "echo"


def main(host: str, port: int, topic_filter: str, qos: int, protocol: str) -> None:
    """Echo until the broker goes away."""
    version = MQTTProtocolVersion.MQTTv5 if protocol == "5" else MQTTProtocolVersion.MQTTv311
    client = paho.Client(CallbackAPIVersion.VERSION2, "dragoman-bench-echo", protocol=version)

    def on_message(client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        client.publish(f"{PREFIX}/{message.topic}", message.payload, qos)

    def on_subscribe(*_: Any) -> None:
        print("subscribed", flush=True)

    def on_socket_open(client: paho.Client, userdata: Any, connection: Any) -> None:
        # Without it small packets wait for those before, and the echo does not do what it can.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    client.on_socket_open = on_socket_open
    client.on_message = on_message
    client.on_subscribe = on_subscribe
    client.connect(host, port)
    client.subscribe(topic_filter, qos)
    client.loop_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5])
