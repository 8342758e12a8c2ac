"""The director: a process that serves the system calls of others (conformance/director)."""
