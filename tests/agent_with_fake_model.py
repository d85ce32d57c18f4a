"""`dragoman run` with a model that takes everything for a temperature: what the edges do depends on no weights.

The file that CLOCK_AHEAD_S names, if any, says by how many seconds its clock is ahead of the machine's.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from agent.cli import run
from tests import fakes


def clock() -> float:
    """Seconds since the Unix epoch, as this process believes."""
    told = os.environ.get("CLOCK_AHEAD_S")
    return time.time() + (float(Path(told).read_text()) if told else 0.0)


parser = argparse.ArgumentParser()
run.add_arguments(parser)
sys.exit(run.serve(parser.parse_args(), fakes.reader, clock))
