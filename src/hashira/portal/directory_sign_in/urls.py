"""Addresses of the sign-in by a directory."""

from __future__ import annotations

from django.urls import path

from hashira.portal.directory_sign_in import views

urlpatterns = [
    path("sign-in/directory/", views.index, name="directories"),
    path("sign-in/directory/callback", views.callback, name="directory-callback"),
    path("sign-in/directory/again", views.again, name="directory-again"),
    path("sign-in/directory/<uuid:directory_id>", views.start, name="directory-start"),
    path("account/directories/<uuid:directory_id>/connect", views.connect, name="directory-connect"),
    path("account/directories/<uuid:directory_id>/disconnect", views.disconnect, name="directory-disconnect"),
]
