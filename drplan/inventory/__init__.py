"""From an Engine to an inventory: what it has, at one moment."""
