"""`python -m wmpaint`: the command line."""

from .cli import main

main()
