"""The directory of a body vouches for its own staff, by OpenID Connect (団体のディレクトリ).

``registration`` says which directories there are, ``evidence`` what their word on a second factor is worth,
``identities`` whose account a person of a directory is.
"""
