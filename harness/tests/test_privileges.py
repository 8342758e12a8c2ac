"""What the programs that the suite starts may do: no more than anybody's."""

from __future__ import annotations

import re
import subprocess
import sys

CAP_SYS_NICE = 23
EXECUTES = f"""
import os
from pipects.observe import linux
linux.keep_from_programs({CAP_SYS_NICE})
os.execv("/bin/cat", ["cat", "/proc/self/status"])
"""


def test_a_privilege_is_kept_from_programs() -> None:
    """Whoever the user is, what is executed later has it not."""
    status = subprocess.run(
        [sys.executable, "-c", EXECUTES], capture_output=True, text=True, check=True
    ).stdout
    effective = re.search(r"^CapEff:\s*([0-9a-f]+)$", status, re.MULTILINE)
    assert effective
    assert not int(effective[1], 16) >> CAP_SYS_NICE & 1
