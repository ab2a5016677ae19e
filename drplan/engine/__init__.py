"""How an Engine is reached: the SDK's connection without its network, and the transports under it."""
