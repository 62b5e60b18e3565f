"""The connection to Halo: credentials, the check, the quota's window, and the mappings."""
