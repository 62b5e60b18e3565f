"""The Halo PSA integration for GlassHive: an admin site that joins the two."""
