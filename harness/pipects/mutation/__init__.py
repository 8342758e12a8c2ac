"""Mutation: the reference with all its mutants in one build, each behind a switch, and who kills them."""
