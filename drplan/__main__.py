"""``python -m drplan`` is the same as ``drplan``."""

from drplan.cli.main import run

if __name__ == "__main__":
    run()
