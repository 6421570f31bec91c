"""Addresses of the administration of staff."""

from __future__ import annotations

from django.urls import path

from hashira.portal.staff_administration import views

urlpatterns = [
    path("staff/", views.index, name="staff"),
    path("staff/new", views.invite, name="staff-invite"),
    path("staff/<uuid:account_id>", views.show, name="staff-member"),
    path("staff/<uuid:account_id>/role", views.give_role, name="staff-give-role"),
    path("staff/<uuid:account_id>/<str:act>", views.act, name="staff-act"),
    path("staff/invitations/<uuid:invitation_id>/withdraw", views.withdraw, name="staff-invitation-withdraw"),
    path("invitation/<str:secret>", views.accept, name="invitation"),
]
