"""The practice Halo: a local server that behaves, and on command misbehaves, as a real Halo tenant does."""
