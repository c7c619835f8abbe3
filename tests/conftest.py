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
def static_files():
    """Static files are served as they stand in the tree: nothing has to be collected before a test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {**settings.STORAGES, "staticfiles": plain}
    with override_settings(STORAGES=storages, STATIC_ROOT=settings.BASE_DIR / "static"):
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
