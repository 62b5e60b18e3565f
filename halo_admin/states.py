"""The states of a run that more than one room asks about."""

# it goes on, or waits to: an account has one such run at most
LIVE = ("waiting", "running", "quota")
