from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.declared.template import Choice, Extract, extract

ON_OFF = Choice(None, "ON", "OFF")


@pytest.mark.parametrize(
    ("template", "taken"),
    [
        (None, Extract("")),
        ("", Extract("")),
        ("{{ value }}", Extract("")),
        ("{{ value | float }}", Extract("")),
        ("{{value_json.temperature}}", Extract("/temperature")),
        ("{{- value_json.temperature -}}", Extract("/temperature")),
        ("{{ value_json['ENERGY'].Power }}", Extract("/ENERGY/Power")),
        ('{{ value_json["a/b"]["~"] }}', Extract("/a~1b/~0")),
        ("{{ value_json.sensors[0].value }}", Extract("/sensors/0/value")),
        ("{{ value_json.get('tmp') }}", Extract("/tmp")),
        ("{{ value_json.temperature | round(1) | is_defined }}", Extract("/temperature")),
        ("{{ (value_json.temperature | float(0)) | round(1) }}", Extract("/temperature")),
        # The value that is shown is not the one that was sent.
        ("{{ value_json.power / 10 }}", Extract("/power", exact=False)),
        ("{{ (value_json.power | float * 0.001) | round(2) }}", Extract("/power", exact=False)),
        ("{{ value_json.level | multiply(2) }}", Extract("/level", exact=False)),
        ("{{ value_json.t }} °C", Extract("/t", exact=False)),
        ("{{ 'ON' if value_json.contact else 'OFF' }}", Extract("/contact", choice=ON_OFF)),
        ("{{ 'ON' if value_json.state == 'open' else 'OFF' }}", Extract("/state", choice=Choice("open", "ON", "OFF"))),
        ("{{ 'ON' if value_json.n != 0 else 'OFF' }}", Extract("/n", choice=Choice(0, "OFF", "ON"))),
        ("{{ 'ON' if not value_json.ok else 'OFF' }}", Extract("/ok", choice=Choice(None, "OFF", "ON"))),
        (
            "{% if value_json.state == 'open' %}ON{% else %}OFF{% endif %}",
            Extract("/state", choice=Choice("open", "ON", "OFF")),
        ),
        (
            "{% if value_json.x %}{{ 'ON' }}{% else %}{{ 'OFF' }}{% endif %}",
            Extract("/x", choice=ON_OFF),
        ),
        ("{{ value_json.alarm == 1 }}", Extract("/alarm", choice=Choice(1, True, False))),
        # Programs.
        ("{{ value_json.a + value_json.b }}", None),
        ("{% set x = value_json.t %}{{ x }}", Extract("/t", exact=False)),
        ("{{ states('sensor.other') }}", None),
        ("plain text", None),
        ("{{" * 5_000, None),
    ],
)
def test_what_a_template_takes(template: str | None, taken: Extract | None) -> None:
    assert extract(template) == taken


@given(st.text(st.sampled_from("{}%| .'\"[]()value_json=!ifelsendotONabc019\n"), max_size=120))
def test_any_text_is_survived(text: str) -> None:
    found = extract(text)
    assert found is None or found.path == "" or found.path.startswith("/")
