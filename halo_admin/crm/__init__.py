"""The MSP's own records: companies and what belongs to them."""
