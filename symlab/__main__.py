"""`python -m symlab` is the command line."""

from symlab.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
