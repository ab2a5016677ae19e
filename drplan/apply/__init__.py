"""Carrying out a plan: the order of things, one handler a resource, and what became of it all."""
