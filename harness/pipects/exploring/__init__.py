"""Random sequences of calls, with the model of `spec/model` as their judge.

The model is no part of the harness: it stands below the project's root, which is put on Python's path for it.
"""

import sys

from pipects import paths

if str(paths.ROOT) not in sys.path:
    sys.path.append(str(paths.ROOT))
