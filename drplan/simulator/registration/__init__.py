"""Registering what lies on a domain: the request, its validation, and what is written.

``request`` reads the body, ``checks`` holds the validations in the Engine's order, ``images`` and
``luns`` those of disks, ``identities`` resolves groups, labels, users and roles, ``rows`` writes.
"""
