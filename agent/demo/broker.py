"""A broker of our own for the demo: amqtt on a free loopback port, in a thread with its own event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
_START_S = 10.0
_STOP_S = 5.0


class BrokerMissing(Exception):
    """The library that the demo's broker is made of is not installed."""


@contextmanager
def broker() -> Iterator[int]:
    """Port of a running MQTT 3.1.1 broker on HOST; it ends with the context.

    Raises:
        BrokerMissing: amqtt is not installed.
    """
    try:
        import amqtt.broker  # noqa: F401
    except ImportError:
        raise BrokerMissing("the demo needs a broker of its own; install it by: pip install amqtt==0.12.0") from None
    # Its warnings are about clients that go without a word, which is what ours do at the end.
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    port: Future[int] = Future()
    stopping = threading.Event()
    thread = threading.Thread(target=_serve, args=(port, stopping), name="broker", daemon=True)
    thread.start()
    try:
        yield port.result(_START_S)
    finally:
        stopping.set()
        thread.join(_STOP_S)


def _serve(port: Future[int], stopping: threading.Event) -> None:
    try:
        asyncio.run(_broker(port, stopping))
    except Exception as error:
        if not port.done():
            port.set_exception(error)


async def _broker(port: Future[int], stopping: threading.Event) -> None:
    from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
    from amqtt.broker import Broker
    from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            await serving.external_connected(StreamReaderAdapter(reader), StreamWriterAdapter(writer), "default")

    serving = Broker(
        BrokerConfig(
            # amqtt does not tell which port it was given, so the listening socket is ours.
            listeners={"default": ListenerConfig(type=ListenerType.EXTERNAL)},
            plugins={"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        )
    )
    await serving.start()
    server = await asyncio.start_server(accept, HOST, 0)
    port.set_result(server.sockets[0].getsockname()[1])
    while not stopping.is_set():
        await asyncio.sleep(0.1)
    server.close()
    # Connections that end in mid-packet are no news while everything ends.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    with suppress(Exception):
        await asyncio.wait_for(serving.shutdown(), _STOP_S - 1)
