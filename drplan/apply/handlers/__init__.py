"""How each operation is carried out: one file a resource, in the Engine's own terms."""
