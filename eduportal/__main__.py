"""`python -m eduportal` is the `eduportal` command."""

from eduportal.cli import main

main(prog_name="eduportal")
