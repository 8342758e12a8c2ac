"""The specification, executable: what may come of every call on anonymous pipes, and what then holds.

Read it in this order: `state` (what there is), `outcomes` and `calls` (what is asked and what may come),
`making`, `asking`, `transferring`, `waiting` (with what it hands on to), `ending`, `peers` (the rules, by topic) and
`rules` (all of them).
It knows nothing of the harness, and does nothing: it says what the documentation allows.
"""
