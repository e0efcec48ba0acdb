"""Laws that hold for every portfolio, a file per family."""
