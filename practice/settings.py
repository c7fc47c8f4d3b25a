"""Every setting of the product, read from the environment; see README, "Settings"."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from practice import keys, logs

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env.str("MENDWELL_HOME", default=str(BASE_DIR / "var"))).resolve()
DEMO = env.bool("MENDWELL_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
# Only the demo is reached over plain HTTP; everything else is told to be HTTPS unless it says no.
HTTPS = env.bool("HTTPS", default=not DEMO)

SECRET_KEY = env.str("SECRET_KEY", default="") or keys.stored_secret_key(HOME)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_KEYS = env.str("FIELD_KEYS", default="") or keys.stored_field_keys(HOME)
if not SECRET_KEY or not FIELD_KEYS:
    raise ImproperlyConfigured(
        "SECRET_KEY and FIELD_KEYS are missing: put them in the environment, "
        "or run 'python -m practice.keys' once to make them in MENDWELL_HOME."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEMO else [])
# The address put before private links in messages.
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "practice.apps.PracticeConfig",
    "practice.access",
    "practice.audit",
    "practice.dashboard",
    "practice.figures",
    "clients",
    "clients.contact",
    "clients.notes",
    "clients.handouts",
    "scheduling",
    "scheduling.followups",
    "intake",
    "practice.apps.OwnerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "anymail",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
]

# How many proxies of our own stand before the web: as many addresses at the end of
# X-Forwarded-For are theirs and can be believed. Sign-in limits and the audit need the client's.
PROXIES = env.int("PROXIES", default=1 if HTTPS else 0)

MIDDLEWARE = [
    "practice.access.proxy.ClientAddressMiddleware",
    "practice.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "practice.access.headers.PrivateHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "practice.access.sessions.IdleSignOutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "practice.access.second_factor.SecondFactorMiddleware",
    "practice.access.gate.AccessMiddleware",
    "practice.access.sessions.StaffTimeZoneMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "practice.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "practice.context.practice",
            ],
        },
    }
]

_DATABASE = env.str("DATABASE_URL", default="") or f"sqlite:///{HOME}/mendwell.sqlite3"
DATABASES = {"default": env.db_url_config(_DATABASE)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "practice.sqlite3"
    DATABASES["default"]["OPTIONS"] = {
        # One writer at a time, claimed when a transaction begins: no lost updates, no deadlocks.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Without recursive triggers REPLACE would delete a row past the trigger that guards it.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        "PRAGMA recursive_triggers=ON; "
        # What was written is carried over into the database a quarter as often as by default.
        "PRAGMA wal_autocheckpoint=4000;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # What is planned once (`practice.planned`) is planned for whatever will be given. Nothing else
    # asks for a plan that is kept; without a number nothing could.
    DATABASES["default"]["OPTIONS"] = {
        "prepare_threshold": 0,
        "options": "-c plan_cache_mode=force_generic_plan",
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counters of failed codes and sign-ins must hold across processes and outlive the broker.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "practice.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "staff-home"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "practice.access.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# By address first: whoever tries somebody's password from elsewhere shall not keep them out.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/ip,10/5m/key"}
ACCOUNT_LOGOUT_ON_GET = False
# Accounts are made by the owner, who knows the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "practice.access.adapter.EncryptingMFAAdapter"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1  # hours
# Failures count for one person from one place: nobody can lock out the whole staff from outside.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_USERNAME_CALLABLE = "practice.access.adapter.tried_address"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# Idle staff are signed out after 15 minutes; nobody stays signed in longer than half a day.
STAFF_IDLE_SECONDS = 15 * 60
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None  # it ends with the browser: nothing stays on a shared computer
CSRF_FAILURE_VIEW = "practice.views.csrf_failure"
if HTTPS:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
# Forms need an origin; nothing is told to other sites. Links out carry rel=noreferrer besides.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Calendar files and articles are taken, up to the size above; what is sent never reaches the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:2525"))
EMAIL_TIMEOUT = 20
# Whom to believe about the mail server's certificate, in place of the system's authorities.
MAIL_CA_FILE = env.str("MAIL_CA_FILE", default="")
if MAIL_CA_FILE and not Path(MAIL_CA_FILE).is_file():
    raise ImproperlyConfigured(f"MAIL_CA_FILE names no file: {MAIL_CA_FILE}")
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", default="office@example.com")
# A provider that takes mail over HTTP, by its name in django-anymail: "postmark", "mailgun" …
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
ANYMAIL = {
    **env.json("MAIL_PROVIDER_KEYS", default={}),
    "WEBHOOK_SECRET": env.str("MAIL_NOTICES_SECRET", default=""),
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
}
if MAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
# Text messages. The demo has a gateway of its own, which delivers to nobody.
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="ACdemo" if DEMO else "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default=f"demo-{SECRET_KEY}" if DEMO else "")
TWILIO_FROM = env.str("TWILIO_FROM", default="+12015550100" if DEMO else "")
TWILIO_BASE_URL = ""
if DEMO and TWILIO_ACCOUNT_SID == "ACdemo":
    TWILIO_BASE_URL = f"http://127.0.0.1:{env.int('PORT', default=8000)}/mailbox/texts"
# How many messages a second the providers take; 0: as many as there are.
MESSAGES_PER_SECOND = {
    "email": env.float("MAILS_PER_SECOND", default=0),
    "text": env.float("TEXTS_PER_SECOND", default=1),
}

CELERY_BROKER_URL = env.str("REDIS_URL", default=f"redis+socket://{HOME}/valkey.sock")
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the broker may be gone for a night
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "health_check_interval": 30,
    "retry_on_timeout": True,
}
# Nobody reads and answers a public form faster than this; a program does. See practice.access.bots.
HUMAN_SECONDS = env.float("HUMAN_SECONDS", default=2.0)
# The beat looks into the database at this interval; what is due is decided there.
TICK_SECONDS = env.float("TICK_SECONDS", default=30.0)
CELERY_BEAT_SCHEDULE = {
    "send-due": {"task": "contact.send_due", "schedule": TICK_SECONDS, "options": {"expires": 60}},
    "tidy": {"task": "practice.tidy", "schedule": 6 * 60 * 60.0, "options": {"expires": 3600}},
    "erase-requests": {
        "task": "intake.erase_requests",
        "schedule": 24 * 60 * 60.0,
        "options": {"expires": 3600},
    },
    "tell-those-waiting": {
        "task": "intake.tell_those_waiting",
        "schedule": 60 * 60.0,
        "options": {"expires": 1800},
    },
    "read-outside-calendars": {
        "task": "scheduling.read_outside_calendars",
        "schedule": 60 * 60.0,
        "options": {"expires": 1800},
    },
    "renew-closed-days": {
        "task": "scheduling.renew_closed_days",
        "schedule": 24 * 60 * 60.0,
        "options": {"expires": 3600},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "beat-schedule")

LOGGING_CONFIG = None
logs.configure()
SILENCED_SYSTEM_CHECKS: list[str] = []
