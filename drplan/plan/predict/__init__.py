"""What the Engine will do silently at a registration or a start, one aspect a file."""
