"""Managing customers: what each change does, what it refuses, what the journal makes of it."""
