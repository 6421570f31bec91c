"""The web application as WSGI (PEP 3333)."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hashira.portal.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - read now: the first visitor would wait seconds for all the views
