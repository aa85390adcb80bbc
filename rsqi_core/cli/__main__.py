"""``python -m rsqi_core.cli`` is the command line too."""

import sys

from . import main

sys.exit(main())
