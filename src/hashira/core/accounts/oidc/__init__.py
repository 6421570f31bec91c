"""Residents sign in: an OpenID Connect relying party as デジタル認証アプリ requires it (住民の認証).

Pure of Django: values, checks, and HTTP through a client that is handed in. The order of reading is the
order of a sign-in: ``provider`` → ``authorization_request`` → ``token_exchange`` → ``id_token`` →
``user_info`` → ``resident_attributes``; ``sign_in`` puts them together.
"""
