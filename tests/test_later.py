"""What the service never uses it does not load; whoever uses it has it."""

from __future__ import annotations

import json
import subprocess
import sys

from agent.later import UNUSED


def ran(program: str) -> str:
    """What a program says, in a Python of its own, in which the modules were postponed before all else."""
    begin = "import sys, json\nfrom agent.later import UNUSED, postpone\npostpone(UNUSED)\n"
    done = subprocess.run([sys.executable, "-c", begin + program], capture_output=True, check=True, text=True)
    return done.stdout.strip()


def test_the_service_loads_none_of_them() -> None:
    say = "print(json.dumps([name for name in UNUSED if hasattr(type(sys.modules[name]), '__getattr__')]))"
    assert json.loads(ran(f"import agent.cli.run, agent.service, agent.tflite\nagent.tflite.load()\n{say}")) == [
        *UNUSED
    ]


def test_they_are_there_when_they_are_used() -> None:
    assert ran("import urllib.request\nprint(urllib.request.Request.__name__)") == "Request"
    assert ran("import numpy\nprint(numpy.random.default_rng(1).integers(1), numpy.fft.fft([1.0])[0].real)") == "0 1.0"
    assert ran("from numpy.polynomial.polynomial import polyval\nprint(polyval(2, [1, 1]))") == "3.0"
    assert (
        ran("import ssl, http.client\nprint(ssl.SSLContext.__name__, sys.modules['ssl'] is ssl)") == "SSLContext False"
    )
    assert ran("import asyncio\nasync def one(): return 1\nprint(asyncio.run(one()))") == "1"


def test_what_is_loaded_stays() -> None:
    assert (
        ran("import ssl\nssl.OPENSSL_VERSION\nimport ssl\npostpone(['ssl'])\nprint(ssl is sys.modules['ssl'])")
        == "True"
    )
