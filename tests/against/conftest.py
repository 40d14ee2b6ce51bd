"""Nothing here belongs to `make test`: the simulators are in another environment. A file that is named is run."""

collect_ignore_glob = ["*.py"]
