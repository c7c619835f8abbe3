"""Settings. Nothing has to be set: every value from the environment has a default that serves.

PORTAL_DATA_DIR   folder of the database file, media, editions and the secret key (default: var/)
DATABASE_URL      names a PostgreSQL database; without it SQLite in the data folder
PORT              of the web server (default 8000; read by `manage.py serve`)
PORTAL_HOSTS      comma-separated host names that are answered (default: any, for use behind a proxy that checks)
PORTAL_URL        public address, used in QR codes and the sitemap (default: http://localhost:PORT)
PORTAL_HTTPS      "1" where visitors come by https: secure cookies, HSTS, redirects
PORTAL_PROXIES    how many proxies stand in front, to tell visitors' addresses (default: 1 with https, else 0)
PORTAL_SECOND_FACTOR   "required": staff can do nothing without a code from their phone (default: optional)
PORTAL_SESSION_IDLE    minutes after which a session that does nothing ends (default: 120)
PORTAL_SESSION_HOURS   hours after which any session ends (default: 10)
EMAIL_URL         server that takes mail: smtp://user:password@host:port, smtp+tls:// or smtp+ssl:// (default: no mail)
PORTAL_MAIL_FROM  sender of the mail (default: portal@ the host of PORTAL_URL)
PORTAL_LANGUAGES  languages, Spanish first, such as es,en,tar=Rarámuri (default: es,en; see the README)
PORTAL_DEBUG      "1" for development only
"""

import sys
import warnings
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.conf.locale import LANG_INFO
from django.core.management.utils import get_random_secret_key
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

DATA_DIR = Path(env.str("PORTAL_DATA_DIR", default="") or BASE_DIR / "var").resolve()

LANGUAGE_CODE = "es"


def read_or_make_secret_key(path):
    """The key kept in the data folder, made at first use and readable by its owner alone."""
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(get_random_secret_key())
        fresh.rename(path)
    return path.read_text().strip()


def read_database_url():
    """Django's settings of the database: the PostgreSQL that DATABASE_URL names, or SQLite in the data folder."""
    url = env.str("DATABASE_URL", default="")
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "db.sqlite3"}
    try:
        with warnings.catch_warnings(action="error"):  # the warning would show the password
            database = env.db_url_config(url)
    except (ValueError, UserWarning):
        database = {}
    if database.get("ENGINE") not in ("django.db.backends.postgresql", "django.db.backends.sqlite3"):
        sys.exit("DATABASE_URL can't be read: it has the form postgresql://user:password@host:5432/database.")
    return database


def read_mailers():
    """Django's settings of the mail server that EMAIL_URL names; without one nothing is sent, and pages say so."""
    if not env.str("EMAIL_URL", default=""):
        return {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    try:
        url = env.email_url("EMAIL_URL")
    except (ValueError, environ.ImproperlyConfigured):
        url = {"EMAIL_HOST": None}
    if not url["EMAIL_HOST"]:
        sys.exit("EMAIL_URL can't be read: it has the form smtp+tls://user:password@host:587.")
    return {
        "default": {
            "BACKEND": url["EMAIL_BACKEND"],
            "OPTIONS": {
                "host": url["EMAIL_HOST"],
                "port": url["EMAIL_PORT"] or 25,
                "username": url["EMAIL_HOST_USER"] or "",
                "password": url["EMAIL_HOST_PASSWORD"] or "",
                "use_tls": url.get("EMAIL_USE_TLS", False),
                "use_ssl": url.get("EMAIL_USE_SSL", False),
                "timeout": 30,  # seconds
            },
        }
    }


def read_choice(name, *choices):
    """One of the choices; the first one where nothing is set."""
    value = env.str(name, default="") or choices[0]
    if value not in choices:
        sys.exit(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def read_languages(name, default):
    """`[(code, its own name)]`, Spanish first. A language that Django has no name for is written `code=Name`."""
    languages = {}
    for entry in env.list(name, default=default):
        code, _sign, given = entry.strip().partition("=")
        known = LANG_INFO.get(code, {}).get("name_local", "")
        if not (given or known):
            sys.exit(f"{name}: Django has no name for {code!r}: write {code}=Name.")
        languages[code] = given or known[0].upper() + known[1:]
    if next(iter(languages), None) != LANGUAGE_CODE:
        sys.exit(f"{name} must begin with {LANGUAGE_CODE}: everything is written in Spanish first.")
    return list(languages.items())


def read_number(name, default, minimum=1):
    value = env.str(name, default="") or str(default)
    if not (value.isdecimal() and int(value) >= minimum):
        sys.exit(f"{name} must be a whole number from {minimum}, not {value!r}.")
    return int(value)


def read_port():
    port = env.str("PORT", default="") or "8000"
    if not (port.isdecimal() and 0 < int(port) < 65_536):
        sys.exit(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return int(port)


# What can't work is said in one line at once, by every command.
try:
    for folder in (DATA_DIR, DATA_DIR / "media", DATA_DIR / "editions"):
        folder.mkdir(parents=True, exist_ok=True)
    SECRET_KEY = read_or_make_secret_key(DATA_DIR / "secret_key")
except OSError as error:
    sys.exit(f"The data folder {DATA_DIR} can't be written ({error.strerror}): set PORTAL_DATA_DIR to one that can.")

DEBUG = env.bool("PORTAL_DEBUG", default=False)
HTTPS = env.bool("PORTAL_HTTPS", default=False)
PORT = read_port()
# The health check asks from the machine itself.
ALLOWED_HOSTS = [*env.list("PORTAL_HOSTS", default=["*"]), "localhost", "127.0.0.1"]
PORTAL_URL = env.str("PORTAL_URL", default=f"http://localhost:{PORT}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

INSTALLED_APPS = [
    "portal",
    "procedures",
    "brochure",
    "engagement",
    "modeltranslation",  # before the admin, whose classes it extends
    "django_filters",
    "portal.background.BackgroundConfig",  # django-tasks-db
    "portal.accounts.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "portal.accounts.apps.SignInConfig",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.PublicCacheMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "portal.middleware.PathLanguageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "procedures.trail.acting.ActingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "portal.form_rendering.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["procedures.templatetags.content"],
        },
    }
]

# Connections stay open: reconnecting on every request halves what two cores serve.
DATABASES = {"default": read_database_url()}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers wait for each other instead of failing: measured 0 of 240 "locked" with these, 177 without.
        "transaction_mode": "IMMEDIATE",
        "timeout": 60,  # seconds: an import of thousands of rows holds the lock for half a minute
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)  # seconds

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Staff sign in: password, locked after failures, then a code.

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "portal.accounts.backends.StaffBackend"]
SECOND_FACTOR_REQUIRED = read_choice("PORTAL_SECOND_FACTOR", "optional", "required") == "required"
OTP_TOTP_ISSUER = f"Portal {urlsplit(PORTAL_URL).hostname}"

AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # who forgets a password locks nobody else out
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # knocking on does not keep the door shut
AXES_LOCKOUT_CALLABLE = "portal.accounts.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "portal.accounts.lockout.client_address"
AXES_DISABLE_ACCESS_LOG = True  # as little personal data as possible: the account keeps when it signed in last
AXES_ENABLE_ADMIN = False  # ours is in portal.accounts.admin
AXES_VERBOSE = False
PROXIES = read_number("PORTAL_PROXIES", default=1 if HTTPS else 0, minimum=0)

SESSION_IDLE = timedelta(minutes=read_number("PORTAL_SESSION_IDLE", default=120))
SESSION_MAX = timedelta(hours=read_number("PORTAL_SESSION_HOURS", default=10))
# A ficha with forty requirements has two dozen fields for each, and new fees are entered for hundreds at once.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
SESSION_COOKIE_AGE = int(SESSION_MAX.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.accounts.refusals.csrf_failure"

MAILERS = read_mailers()
# Whether the worker looks every day whether the links of the records still lead somewhere.
LINK_CHECKS = env.bool("PORTAL_LINK_CHECKS", default=True)
LINK_TIMEOUT = 10  # seconds for each step of a look at one
LINK_CHECKS_MAY_LOOK_INSIDE = False  # at addresses of this machine and its network: for tests alone

SENDS_MAIL = bool(env.str("EMAIL_URL", default=""))
# Without a mail server nothing is sent, and every page that would says so: that is no mistake.
SILENCED_SYSTEM_CHECKS = [] if SENDS_MAIL else ["mail.E001"]
DEFAULT_FROM_EMAIL = env.str("PORTAL_MAIL_FROM", default="") or f"portal@{urlsplit(PORTAL_URL).hostname}"
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60  # seconds

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGES = read_languages("PORTAL_LANGUAGES", ["es", "en"])
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
MODELTRANSLATION_DEFAULT_LANGUAGE = "es"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("es",)
TIME_ZONE = "America/Chihuahua"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = DATA_DIR / "media"
EDITIONS_DIR = DATA_DIR / "editions"

# So many threads may wait for a moderator; the form takes no more until some are read.
DIALOGUE_PENDING_MAX = 200

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^salud/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
