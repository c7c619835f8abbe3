"""Template tags and filters for content; available in every template."""

from django import template

register = template.Library()
