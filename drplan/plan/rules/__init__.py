"""From changes to actions, one resource a file."""
