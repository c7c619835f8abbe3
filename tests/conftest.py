import pytest
from django.conf import settings

from engagement.loading import load_commitment
from engagement.models import Commitment
from procedures.loading import load_catalogue


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test finds the real records; what a test changes is rolled back."""
    with django_db_blocker.unblock():
        load_catalogue(settings.BASE_DIR / "fixtures")
        load_commitment(settings.BASE_DIR / "fixtures")


@pytest.fixture
def commitment(db):
    return Commitment.objects.get(code="MXCHH0002")
