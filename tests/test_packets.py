"""What is written as packets is read as the same messages, wherever the data breaks off."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent import packets
from agent.core.message import Message

TOPICS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="+#\0"), min_size=1, max_size=20)
PAYLOADS = st.one_of(st.binary(max_size=300), st.binary(min_size=16_370, max_size=16_400))
MESSAGES = st.builds(
    lambda topic, payload, retained, again, mid: Message(topic, payload, 5.0, int(mid > 0), retained, again, mid),
    TOPICS,
    PAYLOADS,
    st.booleans(),
    st.booleans(),
    st.integers(0, 65_535),
)  # fmt: skip


def written(message: Message, properties: bytes) -> bytes:
    return packets.publication(
        message.topic.encode(),
        message.payload,
        message.mid,
        properties,
        retain=message.retained,
        again=message.redelivered,
    )


@given(st.lists(st.one_of(MESSAGES, st.integers(1, 65_535)), max_size=8), st.booleans(), st.data())
def test_written_and_read(entries: list[Message | int], five: bool, data: st.DataObject) -> None:
    properties = packets.NO_PROPERTIES if five else b""
    whole = [
        packets.acknowledgements([entry]) if isinstance(entry, int) else written(entry, properties) for entry in entries
    ]
    stream = b"".join(whole)
    cut = data.draw(st.integers(0, len(stream)))
    heard: list[Message] = []
    taken: list[int] = []
    begin, end = packets.read(stream[:cut], 5.0, heard, taken, properties=five)
    assert end > cut, "nothing has to be read otherwise"
    packets.read(stream[begin:], 5.0, heard, taken, properties=five)
    assert heard == [entry for entry in entries if isinstance(entry, Message)]
    assert taken == [entry for entry in entries if isinstance(entry, int)]


@given(st.binary(max_size=200), st.booleans())
def test_nothing_that_comes_breaks_it(data: bytes, five: bool) -> None:
    begin, end = packets.read(data, 5.0, [], [], properties=five)
    assert 0 <= begin <= len(data)
    assert begin <= end
