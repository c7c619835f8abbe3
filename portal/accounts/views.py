"""The pages of one's own account: second factor, recovery codes, and a new password by mail."""

from functools import wraps

import django_otp
from axes.utils import reset as unlock
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from portal.accounts import passwords, roles, second_factor
from portal.accounts.forms import AskForLinkForm, CodeForm, DigestForm, TurnOffForm
from procedures.models import StaffProfile


def page(request, template, *, status=200, **context):
    return render(request, template, admin.site.each_context(request) | context, status=status)


def next_address(request):
    """Where somebody wanted to go, if that is a page of ours; else the first page."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked
    return reverse("admin:index")


def for_staff(view):
    """For whoever has given the password, be the second factor there or not."""

    @never_cache
    @csrf_protect
    @sensitive_post_parameters()
    @wraps(view)
    def checked(request, *args, **kwargs):
        from portal.accounts.site import end_session_if_over

        end_session_if_over(request)
        if request.user.is_active and request.user.is_staff:
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(reverse("admin:login"))

    return checked


@for_staff
def verify(request):
    """After the password: the code from the phone, or one of the recovery codes."""
    device = second_factor.phone_of(request.user)
    if device is None or request.user.is_verified():
        return HttpResponseRedirect(next_address(request))
    form = CodeForm(request.POST or None, user=request.user, device=device, recovery=True)
    if form.is_valid():
        django_otp.login(request, form.used)
        request.session.cycle_key()
        if form.used == form.recovery:
            _say_how_many_are_left(request)
        return HttpResponseRedirect(next_address(request))
    return page(
        request, "admin/accounts/verify.html", title=_("Code from your phone"), form=form, next=next_address(request)
    )


def _say_how_many_are_left(request):
    log(request.user, request.user, gettext_noop("Signed in with a recovery code."))
    left = second_factor.recovery_left(request.user)
    messages.warning(
        request,
        _("That recovery code is used up; %(n)d are left. Under “My account” you can make new ones.") % {"n": left},
    )


@for_staff
def enrol(request):
    """Registers a phone: its key as an image and as text, confirmed by a first code; then the recovery codes, once."""
    user = request.user
    if second_factor.is_on(user) and not user.is_verified():
        return redirect("admin:second_factor_verify")
    if second_factor.is_on(user):
        return redirect("admin:account")
    device = second_factor.phone_to_confirm(user)
    form = CodeForm(request.POST or None, user=user, device=device)
    if form.is_valid():
        codes = second_factor.turn_on(user=user, device=device)
        django_otp.login(request, device)
        request.session.cycle_key()
        log(user, user, gettext_noop("Second factor turned on."))
        return page(
            request,
            "admin/accounts/codes.html",
            title=_("Your recovery codes"),
            codes=codes,
            next=next_address(request),
        )
    return page(
        request,
        "admin/accounts/enrol.html",
        title=_("Protect your account with your phone"),
        form=form,
        device=device,
        image=second_factor.qr_image(device),
        secret=second_factor.secret_text(device),
        is_required=settings.SECOND_FACTOR_REQUIRED,
        next=next_address(request),
    )


def account(request):
    """What somebody can look up and change of the own account; a POST chooses what the daily mail tells."""
    profile = StaffProfile.objects.select_related("institution").filter(user=request.user).first()
    profile = profile or StaffProfile(user=request.user)
    form = DigestForm(request.POST if request.method == "POST" else None, instance=profile)
    if form.is_valid():
        profile.digest_language = get_language()
        profile.save()
        messages.success(request, _("From now on you get: %(digest)s.") % {"digest": profile.get_digest_display()})
        return redirect("admin:account")
    return page(
        request,
        "admin/accounts/account.html",
        title=_("My account"),
        profile=profile,
        digest_form=form,
        sends_mail=settings.SENDS_MAIL,
        roles=roles.roles_of(request.user),
        phone=second_factor.phone_of(request.user),
        codes_left=second_factor.recovery_left(request.user),
        is_required=settings.SECOND_FACTOR_REQUIRED,
        idle_minutes=int(settings.SESSION_IDLE.total_seconds() // 60),
        most_hours=int(settings.SESSION_MAX.total_seconds() // 3600),
    )


@sensitive_post_parameters()
def recovery_codes(request):
    """Ten new ones in place of those before; asks for a code, for whoever holds them can sign in."""
    device = second_factor.phone_of(request.user)
    if device is None:
        return redirect("admin:second_factor_enrol")
    form = CodeForm(request.POST or None, user=request.user, device=device)
    if form.is_valid():
        codes = second_factor.new_recovery_codes(user=request.user)
        django_otp.login(request, device)  # the session may stand on a recovery code that is gone now
        log(request.user, request.user, gettext_noop("New recovery codes made."))
        title = _("Your recovery codes")
        return page(request, "admin/accounts/codes.html", title=title, codes=codes, next=reverse("admin:account"))
    return page(request, "admin/accounts/recovery_codes.html", title=_("New recovery codes"), form=form)


@sensitive_post_parameters()
def turn_off(request):
    device = second_factor.phone_of(request.user)
    if device is None:
        return redirect("admin:account")
    form = TurnOffForm(request.POST or None, user=request.user, device=device)
    if form.is_valid():
        second_factor.turn_off(user=request.user)
        log(request.user, request.user, gettext_noop("Second factor turned off."))
        messages.success(request, _("The second factor is off."))
        return redirect("admin:account")
    title = _("Turn off the second factor")
    return page(
        request, "admin/accounts/turn_off.html", title=title, form=form, is_required=settings.SECOND_FACTOR_REQUIRED
    )


def log(user, by, message):
    """A line in the history of an account, in the language of the house."""
    with translation.override(settings.LANGUAGE_CODE):
        LogEntry.objects.log_actions(by.pk, [user], CHANGE, change_message=str(_(message)))


# A new password by mail


@never_cache
@csrf_protect
def ask_for_link(request):
    if not settings.SENDS_MAIL:
        return page(request, "admin/accounts/no_mail.html", title=_("A new password"))
    form = AskForLinkForm(request.POST or None)
    if form.is_valid():
        passwords.ask_for_link(form.cleaned_data["email"], get_language())
        return redirect("admin:password_reset_done")
    return page(request, "admin/accounts/ask_for_link.html", title=_("A new password"), form=form)


@never_cache
def link_sent(request):
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return page(request, "admin/accounts/link_sent.html", title=_("Look at your mail"), hours=hours)


class ChoosePassword(PasswordResetConfirmView):
    template_name = "admin/accounts/choose_password.html"
    success_url = reverse_lazy("admin:password_reset_complete")

    def get_context_data(self, **kwargs):
        title = _("Choose your new password") if self.validlink else _("This link is no longer good")
        return super().get_context_data(**kwargs) | admin.site.each_context(self.request) | {"title": title}

    def form_valid(self, form):
        """Whoever has the mailbox is the person: what was locked by a forgotten password is open again."""
        unlock(username=self.user.get_username())
        log(self.user, self.user, gettext_noop("Password changed through a link sent by mail."))
        return super().form_valid(form)


choose_password = never_cache(csrf_protect(ChoosePassword.as_view()))


@never_cache
def password_changed(request):
    return page(request, "admin/accounts/password_changed.html", title=_("Your password is changed"))
