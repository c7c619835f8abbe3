import pytest
from django.conf import settings
from django.test import override_settings

from engagement.loading import load_commitment
from engagement.models import Commitment
from procedures.loading import load_catalogue
from tests.installation import install


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test finds the real records; what a test changes is rolled back."""
    with django_db_blocker.unblock():
        load_catalogue(settings.BASE_DIR / "fixtures")
        load_commitment(settings.BASE_DIR / "fixtures")


@pytest.fixture(scope="session", autouse=True)
def quick_settings():
    """What only costs time here: collecting static files, and hashing the passwords of made-up people slowly."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        STATIC_ROOT=settings.BASE_DIR / "static",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture
def commitment(db):
    return Commitment.objects.get(code="MXCHH0002")


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A portal that the real `manage.py setup` has prepared, on a database of its own; made once, to be copied."""
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def a_portal(installed, tmp_path):
    """A copy of it that a test may run and change."""
    return installed.copy(tmp_path / "portal")
