"""The service as a release of the next engine version would be: what it writes to the log, and reads there, carries
another version. `python -m tests.kafka.next_version run`.
"""

from __future__ import annotations

import sys

from wirecopy.__main__ import main
from wirecopy.core.fingerprint import record

if __name__ == "__main__":
    record.ENGINE_VERSION += 1
    sys.exit(main())
