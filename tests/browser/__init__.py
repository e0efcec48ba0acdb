"""Pages as a browser shows them: what drives it, and what is looked at."""
