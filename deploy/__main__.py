"""`python -m deploy` is `hotgrid`."""

from deploy.command import main

main()
