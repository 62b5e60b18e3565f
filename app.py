"""The site: `create_app()` puts the rooms together."""

from halo_admin.site import create_app

__all__ = ["create_app"]
