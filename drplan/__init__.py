"""drplan: plan, review, rehearse and apply disaster recovery between two oVirt sites."""

__version__ = "0.1.0"
