"""`python -m otcore …`"""

import sys

from otcore.cli import main

sys.exit(main())
