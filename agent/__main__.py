"""`python -m agent` is the console script `dragoman`."""

import sys

from agent.cli import main

sys.exit(main())
