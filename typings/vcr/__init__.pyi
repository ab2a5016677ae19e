"""What drplan uses of vcrpy, which ships no annotations: the recording, not the patching."""
