from django.db import models


class LoadedRecord(models.Model):
    """A fixture record that was loaded once.

    From then on it belongs to the staff: loading again neither changes it nor brings it back after a deletion.
    """

    key = models.CharField(max_length=160, unique=True)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["key"]

    def __str__(self):
        return self.key
