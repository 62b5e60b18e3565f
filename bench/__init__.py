"""Measurements of whole imports and of pages, beside the tests. docs/performance.md tells how to read them."""
