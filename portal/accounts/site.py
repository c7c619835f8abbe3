"""The admin with a door of its own: sessions that end, a second factor, and words for whoever is refused."""

from functools import update_wrapper

from django.contrib import admin, messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from portal.accounts import second_factor, sessions


class StaffSite(admin.AdminSite):
    login_template = "admin/accounts/sign_in.html"

    def has_permission(self, request):
        return super().has_permission(request) and second_factor.is_satisfied(request.user)

    def admin_view(self, view, cacheable=False):
        """Looks at the session before anything else; Django's own checks follow."""
        checked = super().admin_view(view, cacheable)

        def at_the_door(request, *args, **kwargs):
            return self.turned_away(request) or checked(request, *args, **kwargs)

        return update_wrapper(at_the_door, checked)

    def turned_away(self, request):
        """A response for whoever can't come in yet, or None."""
        from portal.accounts import refusals

        end_session_if_over(request)
        if request.path_info == reverse("admin:logout"):
            return logged_out(request) if not self.has_permission(request) else None
        if self.has_permission(request):
            sessions.note_seen(request)
            return None
        if request.method == "POST":
            return refusals.session_ended(request)
        if super().has_permission(request):
            return redirect_to_second_factor(request)
        return None  # Django sends on to sign in

    def login(self, request, extra_context=None):
        """Whoever has given the password already goes on to what is still asked."""
        from portal.accounts.forms import SignInForm

        self.login_form = SignInForm
        end_session_if_over(request)
        if request.method == "GET" and super().has_permission(request) and not self.has_permission(request):
            return redirect_to_second_factor(request)
        return super().login(request, extra_context)

    def get_urls(self):
        from portal.accounts import views
        from portal.manual import manual

        own = [
            path("manual/", self.admin_view(manual), name="manual"),
            path("account/", self.admin_view(views.account), name="account"),
            path("account/recovery-codes/", self.admin_view(views.recovery_codes), name="recovery_codes"),
            path("account/second-factor/off/", self.admin_view(views.turn_off), name="second_factor_off"),
            path("account/second-factor/", views.enrol, name="second_factor_enrol"),
            path("login/code/", views.verify, name="second_factor_verify"),
            path("password_reset/", views.ask_for_link, name="password_reset"),
            path("password_reset/sent/", views.link_sent, name="password_reset_done"),
            path("password_reset/done/", views.password_changed, name="password_reset_complete"),
            path("password_reset/<uidb64>/<token>/", views.choose_password, name="password_reset_confirm"),
        ]
        return own + super().get_urls()

    def app_index(self, request, app_label, extra_context=None):
        """Somebody with no permission for any of its records is told so: that is no missing page."""
        try:
            return super().app_index(request, app_label, extra_context)
        except Http404:
            raise PermissionDenied from None


def end_session_if_over(request):
    """Signs out whoever stayed signed in for too long, and says so on the next page."""
    if request.user.is_authenticated and sessions.is_over(request):
        logout(request)
        messages.warning(request, _("Your session has ended because it lasted too long. Sign in again."))


def logged_out(request):
    """Somebody without a whole session signs out of what there is of it."""
    if request.method == "POST":
        logout(request)
    return redirect("admin:login")


def redirect_to_second_factor(request):
    page = "second_factor_verify" if second_factor.is_on(request.user) else "second_factor_enrol"
    wanted = request.GET.get("next", "") if request.path_info == reverse("admin:login") else request.get_full_path()
    return HttpResponseRedirect(f"{reverse(f'admin:{page}')}?{urlencode({'next': wanted})}")
