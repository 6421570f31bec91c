"""An OpenID Connect relying party: for residents as デジタル認証アプリ requires, and for staff of a body.

Pure of Django: values, checks, and HTTP through a client that is handed in. The order of reading is the
order of a sign-in: ``provider`` → ``authorization_request`` → ``token_exchange`` → ``id_token`` →
``user_info`` → ``resident_attributes``; ``sign_in`` puts them together.
"""
