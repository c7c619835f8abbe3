"""Sign-in is locked for a while after too many failures of one name from one address (django-axes counts them)."""

import ipaddress
import math

from django.conf import settings
from django.contrib import admin
from django.shortcuts import render


def client_address(request):
    """The address of who asks, as the last of our own proxies saw it; what comes before it anybody can write.

    Returns:
        A text that is an IP address, or None.
    """
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    chain.append(request.META.get("REMOTE_ADDR", ""))
    address = chain[-min(settings.PROXIES + 1, len(chain))]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def locked_out(request, original_response, credentials):
    """The page that says so: the same whether the account exists or not."""
    seconds = settings.AXES_COOLOFF_TIME.total_seconds()
    context = admin.site.each_context(request) | {
        "failures": settings.AXES_FAILURE_LIMIT,
        "minutes": math.ceil(seconds / 60),
    }
    response = render(request, "admin/accounts/locked_out.html", context, status=429)
    response["Retry-After"] = int(seconds)
    return response
