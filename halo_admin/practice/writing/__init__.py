"""POST and DELETE: arrays in, single objects back, partial updates, no PUT and no tombstones (halo-api.md 2.6, 2.7)."""
