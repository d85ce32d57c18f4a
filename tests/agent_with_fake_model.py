"""`dragoman run` with a model that takes everything for a temperature: what the edges do depends on no weights."""

import argparse
import sys

from agent.cli import run
from tests import fakes

parser = argparse.ArgumentParser()
run.add_arguments(parser)
sys.exit(run.serve(parser.parse_args(), fakes.reader))
