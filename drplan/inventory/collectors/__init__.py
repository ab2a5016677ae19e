"""One file per resource: from the SDK's objects to the model's entities, and no further."""
