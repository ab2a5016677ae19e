"""The parts of reading a mapping file: YAML nodes, one reader per section, checks of sense."""
