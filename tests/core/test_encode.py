from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.encode import (
    BUCKETS,
    CHARACTERS,
    PIECES,
    SEGMENTS,
    WIDTH,
    _words_of_name,
    hashed_words,
    plain_name,
    plain_topic,
    plain_value,
    plain_words,
    render,
    tokens,
)
from agent.core.fields import fields
from agent.core.message import Field, Report


def segments(text: str) -> dict[str, str]:
    """The rendered text taken apart."""
    found = {}
    for segment in SEGMENTS:
        found[segment.name], text = text[: segment.width].strip(), text[segment.width :]
    return found


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("temperature", "temperature"),
        ("TempOutdoor_2", "temp outdoor 2"),
        ("batteryOk", "battery ok"),
        ("DS18B20", "ds18b20"),
        ("RSSI", "rssi"),
        ("WiFiRSSI", "wi fi rssi"),
        ("door-lock.state:now", "door lock state now"),
        ("Küche", "kuche"),
        ("ТЕМПЕРАТУРА", "температура"),
        ("0x00158d0001a2b3c4", "#"),
        ("shelly1pm-8caab5", "shelly1pm #"),
        ("shelly1pm-8CAAB5", "shelly1pm #"),
        ("kWhToday", "kwh today"),
        ("ACPower", "ac power"),
        ("socTempdBm", "soc temp dbm"),
        ("OPT3001", "opt3001"),
        ("ble-tsl2561", "ble tsl2561"),
        ("node2561", "node2561"),
        ("tasmota_2561", "tasmota #"),
        ("gw12345", "gw#"),
        ("室内温度", "室内温度"),
        ("VPhase1", "v phase1"),
        ("Bat_V", "bat v"),
        ("sensor 123456", "sensor #"),
        ("a\n\tb", "a b"),
        ("", ""),
        ("___", ""),
    ],
)
def test_names_become_plain_words(name: str, plain: str) -> None:
    assert plain_name(name) == plain


IDENTIFIERS = st.from_regex(r"(0[xX])?[0-9A-Fa-f]{1,20}", fullmatch=True)


@given(IDENTIFIERS | st.text(st.sampled_from("0x1aFgZ_-/.é²٣ "), max_size=12) | st.text(max_size=120))
def test_what_is_masked_at_the_first_look_is_what_the_words_would_be(name: str) -> None:
    assert plain_name(name) == plain_name(name) == _words_of_name(name[:96])
    assert plain_topic(f"{name}/a/{name}") == tuple(map(plain_name, f"{name}/a/{name}".split("/")))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "i0"),
        (4, "i4"),
        (-3, "i-3"),
        (7, "i7"),
        (1234, "i1e3"),
        (10**400, "i1e400"),
        (-(10**400), "i-1e400"),
        (0.0, "f0"),
        (-0.0, "f0"),
        (21.4, "f2e1.1"),
        (-0.05, "f-5e-2.2"),
        (84885.708, "f8e4.3"),
        (21.299999237060547, "f2e1.3"),
        (230.0, "f2e2.0"),
        (5e-324, "f5e-324.0"),
        (float("nan"), "null"),
        (float("inf"), "null"),
        ("21.4 °C", "'f2e1.1 °c"),
        ("5 m3", "'i5 m3"),
        ("12T04:31:09", "00t00:00:00"),
        ("50", "'i5e1"),
        ("ON", "on"),
        ("", "''"),
        (" \t ", "''"),
        ("2026-11-23T09:00", "0000-00-00t00:00"),
        ("1e999", "0e000"),
        ("x" * 100, "x" * 40),
        (255, "i255"),
        (253, "i2e2"),
        (100, "i100"),
    ],
)
def test_values_become_type_and_magnitude(value: Any, plain: str) -> None:
    assert plain_value(value) == plain


def test_what_a_field_is_rendered_from() -> None:
    field = Field(
        "/ENERGY/Power", ("ENERGY", "Power"), 12, ("tele", "Plug_1", "SENSOR"), (("Unit", "W"), ("Total", 1.5))
    )
    assert segments(render(field)) == {
        "name": "power",
        "parents": "energy",
        "topic_last": "sensor",
        "topic_rest": "plug 1/tele",
        "value": "i1e1",
        "beside": "unit w|total",
        "siblings": "",
    }


def test_what_has_no_room_beside_a_field_is_further_away() -> None:
    keys = ("temperature outdoor", "humidity", "x", "a_very_long_key_that_goes_beyond_the_room", "y")
    shown = segments(render(Field("/a", ("a",), 1, ("t",), tuple((key, 1) for key in keys))))
    assert shown["beside"] == "temperature outdoor"
    assert shown["siblings"] == "humidity|x|a very long key that goes beyond the room|y"
    shown = segments(render(Field("/a", ("a",), 1, ("t",), (("long " * 10, 1), ("b", 2)))))
    assert (shown["beside"], shown["siblings"]) == ("long long long long long lo", "b")


def test_a_member_of_an_array_knows_its_place() -> None:
    third = fields(Report("home/x", {"row": [230.1, 229.4, 4.1]}, 0.0))[2]
    shown = segments(render(third))
    assert (shown["name"], shown["parents"], shown["beside"]) == ("2 of 3", "row", "f2e2.1|f2e2.1|*")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("InverterCurrent", "inverter current"),
        ("living_room", "living room"),
        ("°C", "°c"),
        ("%", "%"),
        ("kWh", "kwh"),
        ("CO2", "co2"),
        ("m³", "m3"),
        ("pm_2_5", "pm 2 5"),
        ("sensor 1234567", "sensor #"),
        ("21.4 °C", ""),
        ("2026-11-23T09:00:00", ""),
        ("28-0316a2794aff", ""),
        ("1.2.3", ""),
        ("", ""),
        ("a text that nobody would take for a name", ""),
    ],
)
def test_what_a_text_says_to_the_fields_beside_it(text: str, words: str) -> None:
    assert plain_words(text) == words


def test_a_member_of_an_array_is_called_by_its_words() -> None:
    tree = [{"id": "28-0316a2794aff", "name": "InverterCurrent", "value": 12.5, "unit": "A"}, {"value": 3}]
    found = {field.path: segments(render(field))["parents"] for field in fields(Report("home/x", {"list": tree}, 0.0))}
    assert found["/list/0/value"] == "inverter current a/list"
    assert found["/list/0/unit"] == "inverter current/list"
    assert found["/list/1/value"] == "1/list"


def test_the_last_topic_level_names_a_scalar() -> None:
    assert segments(render(Field("", (), "61.4 %", ("haus", "keller", "feuchte"), ()))) == {
        "name": "feuchte",
        "parents": "",
        "topic_last": "keller",
        "topic_rest": "haus",
        "value": "='f6e1.1 %",
        "beside": "",
        "siblings": "",
    }


@pytest.mark.parametrize(
    ("value", "another", "same"),
    [
        (21.4, 23.9, True),
        (21.4, 21, False),
        (21.4, -21.4, False),
        (21.4, 71.4, False),
        ("0x00158d0001a2b3c4", "0x00158d0001ffffff", False),
        ("2026-11-23T09:00:00", "2027-01-02T10:11:12", True),
        (True, False, False),
    ],
)
def test_what_merely_varies_gives_the_same_text(value: Any, another: Any, same: bool) -> None:
    texts = {render(Field("/x", ("x",), shown, ("a", "b"), ())) for shown in (value, another)}
    assert len(texts) == (1 if same else 2)


# Any character at all, half surrogates included: the encoder must not depend on what decode lets through.
anything = st.text(st.characters(), max_size=80) | st.sampled_from(
    [
        "🙂" * 40,
        "室内温度",
        "a室内b/内",
        "\ud800",
        "a\ud800b",
        "שלום עולם",
        "ﷺ" * 30,
        "ǅ",
        "İ",
        "e\u0301\u0301",
        "x" * 5_000,
        "/|/|",
        "\0\x7f",
    ]
)
values = (
    anything
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([10**400, "21.4 °C", "1e999", "9" * 300])
)
any_fields = st.builds(
    lambda keys, value, topic, siblings, named: Field(
        "", tuple(keys), value, tuple(topic), tuple(siblings), tuple(named) if len(keys) > 1 else ()
    ),
    st.lists(anything, max_size=4),
    values,
    st.lists(anything, min_size=1, max_size=5),
    st.lists(st.tuples(anything, values), max_size=16),
    st.lists(anything, max_size=3),
)


@given(any_fields)
def test_a_text_has_exactly_its_width(field: Field) -> None:
    assert len(render(field)) == WIDTH


@given(st.lists(any_fields, min_size=1, max_size=6))
def test_tokens_are_in_range_and_no_row_depends_on_another(batch: list[Field]) -> None:
    texts = [render(field) for field in batch]
    together = tokens(texts)
    assert together.characters.shape == (len(texts), WIDTH)
    assert together.pieces.shape == (len(texts), PIECES)
    assert together.characters.dtype == together.pieces.dtype == np.int32
    assert together.characters.min() >= 0
    assert together.characters.max() < CHARACTERS
    assert together.pieces.min() >= 0
    assert together.pieces.max() < BUCKETS
    for row, text in enumerate(texts):
        alone = tokens([text])
        assert np.array_equal(together.characters[row], alone.characters[0])
        assert np.array_equal(together.pieces[row], alone.pieces[0])


@given(any_fields)
def test_equal_texts_give_equal_tokens(field: Field) -> None:
    first, second = tokens([render(field)]), tokens([render(field)])
    assert np.array_equal(first.characters, second.characters)
    assert np.array_equal(first.pieces, second.pieces)


def _pieces(name: str) -> set[int]:
    found = tokens([render(Field("", (name,), 1, ("a",), ()))]).pieces[0]
    return set(found[found > 0].tolist())


def test_a_word_gives_the_same_piece_wherever_it_stands_in_its_segment() -> None:
    there, elsewhere = _pieces("outdoor_temperature"), _pieces("temperature_outdoor")
    assert there == elsewhere


def test_chinese_names_share_pieces_by_character_and_by_pair() -> None:
    alike, nothing = _pieces("室内温度"), _pieces("a")
    # 温, 度, their pair, and 度 at the end of a word.
    assert len((alike & _pieces("水温度")) - nothing) == 4
    assert len((alike & _pieces("湿度")) - nothing) == 2
    assert alike & _pieces("电量") <= nothing


def test_a_word_that_nobody_has_met_is_read_by_its_trigrams_alone() -> None:
    known, unknown = (tokens([render(Field("", (name,), 1, ("a",), ()))]).pieces[0] for name in ("battery", "zorblax"))
    trigrams = sum(segment.width for segment in SEGMENTS if segment.trigrams)
    assert np.count_nonzero(unknown[:trigrams]) == np.count_nonzero(known[:trigrams])
    # The number beside it and the topic have words, too.
    assert np.count_nonzero(known[trigrams:]) == np.count_nonzero(unknown[trigrams:]) + 1


def test_of_no_texts_there_are_no_tokens() -> None:
    rows, hashes = hashed_words([])
    assert (rows.dtype, hashes.dtype, len(rows), len(hashes)) == (np.int64, np.uint32, 0, 0)
    assert tokens([]).characters.shape == (0, WIDTH)
    assert tokens([]).pieces.shape == (0, PIECES)


def test_tokens_stay_what_the_released_models_were_made_for() -> None:
    field = Field("/temp_f", ("temp_f",), "70.5 °F", ("rtl_433", "Küche", "42"), (("Unit", "°F"), ("id", 1)))
    found = tokens([render(field)])
    # Should these change, then encode.VERSION must be raised and the model made anew.
    assert render(field).split() == "temp f 42 kuche/rtl 433 'f7e1.1 °f unit °f|id".split()
    assert int(found.characters[0] @ np.arange(1, WIDTH + 1)) == 330_261
    assert int(found.pieces[0] @ np.arange(1, PIECES + 1)) == 11_853_585
