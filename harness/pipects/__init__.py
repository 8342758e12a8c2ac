"""pipects: the conformance test suite for .NET-style anonymous pipes."""

__version__ = "0.1.0"
