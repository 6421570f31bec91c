"""The certificate formats, a module each (証明書形式). Adding a module adds the format: nothing lists them.

What such a module has is said by ``CertificateFormat`` in :mod:`hashira.certificates.domain.format`.
"""
