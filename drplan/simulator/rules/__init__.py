"""The Engine's own rules as pure functions over plain data: no store, no requests, no clock."""
