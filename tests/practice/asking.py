"""A plain client for asking the practice Halo: httpx with a token, knowing nothing of the integration."""

import httpx

from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET

CREDENTIALS = {
    "grant_type": "client_credentials",
    "client_id": PRACTICE_CLIENT_ID,
    "client_secret": PRACTICE_CLIENT_SECRET,
    "scope": "all",
}


class Asking:
    """Requests to one practice Halo, with a token from the first one that needs it."""

    def __init__(self, url):
        self.http = httpx.Client(base_url=url, timeout=20)

    def close(self):
        self.http.close()

    def sign_in(self, tenant=None, **form):
        """Ask for a token with the practice credentials; the answer as it came."""
        params = {"tenant": tenant} if tenant else None
        return self.http.post("/auth/token", params=params, data=CREDENTIALS | form)

    def hold_token(self, **form):
        """Get a token and send it from now on."""
        self.http.headers["Authorization"] = f"Bearer {self.sign_in(**form).json()['access_token']}"

    def get(self, path, **params):
        self._have_token()
        return self.http.get(f"/api{path}", params={name: _text(value) for name, value in params.items()})

    def page(self, path, number=1, size=100, **params):
        """One page of a list, as its JSON."""
        params = {"pageinate": True, "page_no": number, "page_size": size, "order": "id"} | params
        return self.get(path, **params).json()

    def everything(self, path, key, **params):
        """All rows of a list and the number of pages that took."""
        rows, number = [], 0
        while True:
            number += 1
            found = self.page(path, number, includeinactive=True, **params)[key]
            rows += found
            if len(found) < 100:
                return rows, number

    def save(self, path, *records):
        self._have_token()
        return self.http.post(f"/api{path}", json=list(records))

    def delete(self, path, **params):
        self._have_token()
        return self.http.delete(f"/api{path}", params=params)

    def _have_token(self):
        if "Authorization" not in self.http.headers:
            self.hold_token()


def ids(rows):
    return [row["id"] for row in rows]


def _text(value):
    return str(value).lower() if isinstance(value, bool) else value
