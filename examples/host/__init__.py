"""An example of a host: it keeps the journal that the library leaves to its host, and serves it."""
