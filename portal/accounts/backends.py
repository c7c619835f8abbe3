from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice


class StaffBackend(ModelBackend):
    """Django's own; it brings along whether the person has a second factor, which every page of the admin asks."""

    def get_user(self, user_id):
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        users = get_user_model()._default_manager.annotate(has_second_factor=Exists(devices))
        user = users.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
