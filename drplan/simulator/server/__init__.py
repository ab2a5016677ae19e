"""The simulated Engines served over HTTPS, so that clients that nobody here wrote can use them.

``world`` moves the Engines on with the real clock, ``sessions`` and ``login`` stand for the Engine's
SSO, ``site`` is the machine with all that it answers beside the API, ``control`` is the API that
tests steer the simulation with, ``application`` joins them to HTTP, ``door`` listens, ``serve`` runs
it all.
"""
