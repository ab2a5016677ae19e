"""Two sites described in one readable file, and the Engines that are made from it."""
