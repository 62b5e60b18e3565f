"""All we know of Halo's API. No Flask, no database, no settings: what it needs is handed in."""
