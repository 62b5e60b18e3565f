"""The mirror: what Halo holds, as last read, and which record of ours each thing is."""
