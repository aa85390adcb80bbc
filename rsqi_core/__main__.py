"""``python -m rsqi_core`` is the command line."""

import sys

from .cli import main

sys.exit(main())
