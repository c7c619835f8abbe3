from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts import second_factor
from procedures.models import StaffProfile

CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}


class SignInForm(AdminAuthenticationForm):
    error_messages = AdminAuthenticationForm.error_messages | {
        "invalid_login": _("The user name or the password is not right. Capital letters count.")
    }


class CodeInput(forms.TextInput):
    """Empty again after a refusal: a code is good for one try."""

    def format_value(self, value):
        return None


class CodeForm(forms.Form):
    """A code from the person's phone, or where `recovery` is true one of the recovery codes too."""

    code = forms.CharField(label=_("Code"), max_length=40, widget=CodeInput(attrs=CODE))

    def __init__(self, *args, user, device, recovery=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.device = user, device
        self.recovery = second_factor.recovery_of(user) if recovery else None
        self.used = None  # the device whose code it was
        if not recovery:
            self.fields["code"].widget.attrs |= {"inputmode": "numeric"}

    def clean_code(self):
        code = "".join(char for char in self.cleaned_data["code"].lower() if char.isascii() and char.isalnum())
        device = self.recovery if self.recovery and len(code) != self.device.digits else self.device
        if second_factor.check(self.user, device, code):
            self.used = device
            return code
        raise ValidationError(self._why(device))

    def _why(self, device):
        if wait := second_factor.seconds_to_wait(device):
            return ngettext(
                "This code is not right, or was used before. Wait %(n)d second, then give the one that is shown then.",
                "This code is not right, or was used before. Wait %(n)d seconds, then give the one that is shown then.",
                wait,
            ) % {"n": wait}
        return _("This code is not right, or was used before.")


class TurnOffForm(CodeForm):
    """Both things that make up a sign-in, so that a computer left open is not enough."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    field_order = ["password", "code"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, recovery=True, **kwargs)
        del self.fields["code"].widget.attrs["autofocus"]

    def clean_password(self):
        """A wrong one counts like a wrong code: nobody finds it out by trying here."""
        if wait := second_factor.seconds_to_wait(self.device):
            raise ValidationError(
                ngettext("Wait %(n)d second, then try again.", "Wait %(n)d seconds, then try again.", wait)
                % {"n": wait}
            )
        if not self.user.check_password(self.cleaned_data["password"]):
            self.device.throttle_increment()
            raise ValidationError(_("This is not your password."))
        return self.cleaned_data["password"]

    def clean_code(self):
        """No code is used up while the password is wrong."""
        return self.cleaned_data["code"] if "password" in self.errors else super().clean_code()


class DigestForm(forms.ModelForm):
    class Meta:
        model = StaffProfile
        fields = ("digest",)
        labels = {"digest": _("What the mail tells")}


class AskForLinkForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address of your account"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )
