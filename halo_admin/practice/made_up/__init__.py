"""Made-up records: each is a pure function of the seed and its id, so a tenant of any size costs nothing to start."""
