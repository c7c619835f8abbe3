"""The code from a phone that staff give after their password, and the codes on paper for when the phone is lost.

The devices are those of django-otp, which counts failures, makes the next try wait and takes no code twice.
"""

import base64
import secrets

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
# No letters that are taken for digits, and no vowels, so that no word comes out.
ALPHABET = "bcdfghjkmnpqrstvwxz23456789"


def is_on(user):
    """Whether the person has a phone registered. Free for the user of a request: the backend brought it along."""
    if hasattr(user, "has_second_factor"):
        return user.has_second_factor
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def is_missing(user):
    """Whether the portal wants a second factor of everybody and this person has none yet."""
    return settings.SECOND_FACTOR_REQUIRED and not is_on(user)


def is_satisfied(user):
    """Whether all has been shown that this person has to show: a code, if there is a phone or must be one."""
    return user.is_verified() or not (is_on(user) or settings.SECOND_FACTOR_REQUIRED)


def phone_of(user):
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def phone_to_confirm(user):
    """The phone that the person is about to register: its key stays the same until it is confirmed."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first() or TOTPDevice.objects.create(
        user=user, name="phone", confirmed=False
    )


def secret_text(device):
    """The device's key as people type it: base32 in groups of four."""
    key = base64.b32encode(device.bin_key).decode()
    return " ".join(key[n : n + 4] for n in range(0, len(key), 4))


def qr_image(device):
    """The device's key as an SVG in a data address, dark on light whatever the colours of the page."""
    return segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=4, light="#fff")


def check(user, device, code):
    """Whether the code is the device's and not used before. A wrong one makes the next try wait."""
    return verify_token(user, device.persistent_id, code) is not None


def seconds_to_wait(device):
    """How long the device takes no code yet, after wrong ones; 0 if it does."""
    device.refresh_from_db()
    allowed, why = device.verify_is_allowed()
    return 0 if allowed else max(1, round((why["locked_until"] - timezone.now()).total_seconds()))


def recovery_of(user):
    return StaticDevice.objects.filter(user=user, confirmed=True).first()


def recovery_left(user):
    """How many recovery codes were not used yet."""
    device = recovery_of(user)
    return device.token_set.count() if device else 0


@transaction.atomic
def turn_on(*, user, device):
    """Confirms the phone, in place of any before it; returns the recovery codes, which are never shown again."""
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return new_recovery_codes(user=user)


@transaction.atomic
def new_recovery_codes(*, user):
    """Ten codes like "kd7x-w3mp"; those before them are no longer good."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(8)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        device.token_set.create(token=code)
    return [f"{code[:4]}-{code[4:]}" for code in codes]


@transaction.atomic
def turn_off(*, user):
    """Forgets the phone and the recovery codes. Returns whether there was anything to forget."""
    phones, _by_model = TOTPDevice.objects.filter(user=user).delete()
    codes, _by_model = StaticDevice.objects.filter(user=user).delete()
    return bool(phones or codes)
