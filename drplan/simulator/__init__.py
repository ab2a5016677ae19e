"""The Engine in memory: an independent witness of what a real Engine would answer, and when.

The core is a machine without I/O: requests and the time go in, answers and their times come out.
It knows nothing of planner, inventory or SDK. Entities are kept as the XML that real Engines send.

``store`` keeps the entities, ``loading`` fills it from recordings, ``core`` drives requests on a
``timeline``, ``router`` finds the handler, ``reading`` answers every GET, ``resources`` holds the
rules of writes (one file per collection), ``transport`` is the only part that knows trio.
"""
