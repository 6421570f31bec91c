"""An OpenID provider for development, with the surface of デジタル認証アプリ (開発用の認証サーバー).

It authenticates nobody: whoever opens its page chooses who to be. It exists only where
``HASHIRA_ENVIRONMENT`` is ``development`` and no other issuer is set; elsewhere its addresses are not in
the URLconf, and every page of it says what it is.
"""
