"""A secret that this installation and a provider share, where a directory takes no key (共有する秘密).

Source: RFC 6749 §2.3.1; OpenID Connect Core 1.0 §9. A key (:mod:`client_key`) is better: it is never sent.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote_plus

METHODS = ("client_secret_basic", "client_secret_post")


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """The secret and how it is sent; not printed."""

    secret: str
    method: str = METHODS[0]

    def __repr__(self) -> str:
        return f"ClientSecret(…, {self.method!r})"

    def header(self, client_id: str) -> dict[str, str]:
        """``Authorization`` for ``client_secret_basic``, else nothing.

        >>> ClientSecret("a b:c").header("id")  # both are encoded as in a form before they are joined
        {'Authorization': 'Basic aWQ6YStiJTNBYw=='}
        """
        if self.method != "client_secret_basic":
            return {}
        joined = f"{quote_plus(client_id)}:{quote_plus(self.secret)}"
        return {"Authorization": f"Basic {base64.b64encode(joined.encode()).decode('ascii')}"}

    def fields(self) -> dict[str, str]:
        """The field for ``client_secret_post``, else nothing."""
        return {"client_secret": self.secret} if self.method == "client_secret_post" else {}
