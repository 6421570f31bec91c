"""Settings of an installation: every value a body may choose comes from a ``HASHIRA_*`` variable.

The variables are described in docs/reference/settings.md; a test holds the two together.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def _data_directory() -> Path:
    directory = Path(os.environ.get("HASHIRA_DATA_DIR", ".data")).resolve()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def _secret(directory: Path) -> str:
    """The secret key of the installation: made once, readable by its owner only."""
    path = directory / "secret-key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        made = secrets.token_urlsafe(48)
        file.write(made)
    return made


def _database(url: str, directory: Path) -> dict[str, object]:
    """One database: SQLite in the data directory, or the PostgreSQL that the address names."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": directory / "hashira.sqlite3",
            "OPTIONS": {
                # A transaction that reads first and writes later would fail at once instead of
                # waiting, were it not begun as a writer.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: an acknowledged write of a registry survives the machine, not only the process.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
            # In a file, since threads of one test (a live server) share it.
            "TEST": {"NAME": directory / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("HASHIRA_DATABASE_URL must begin with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


SYSTEMS = ("certificates", "regulations", "cloud", "plan")


def _systems(text: str) -> tuple[str, ...]:
    """The systems this installation runs; municipal networks are kept apart (三層の対策)."""
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(set(chosen) - set(SYSTEMS))
    if unknown or not chosen:
        raise ImproperlyConfigured(
            f"HASHIRA_SYSTEMS names {', '.join(unknown) or 'nothing'}; it takes {', '.join(SYSTEMS)}"
        )
    return tuple(system for system in SYSTEMS if system in chosen)


DATA_DIR = _data_directory()
DEVELOPMENT = os.environ.get("HASHIRA_ENVIRONMENT", "production") == "development"
HASHIRA_SYSTEMS = _systems(os.environ.get("HASHIRA_SYSTEMS", ",".join(SYSTEMS)))
# What declares kinds of jobs; a system without long work has no such module.
HASHIRA_JOB_MODULES = tuple(f"hashira.{system}.jobs" for system in HASHIRA_SYSTEMS)
HASHIRA_OFFICIAL_SITE = os.environ.get("HASHIRA_OFFICIAL_SITE", "")
HASHIRA_TRUST = tuple(Path(path) for path in os.environ.get("HASHIRA_TRUST", "").split(os.pathsep) if path)

# Issuing of certificates: the address and the keys of the issuer, and who answers for the doses.
HASHIRA_TRUST_WARN_DAYS = float(os.environ.get("HASHIRA_TRUST_WARN_DAYS", "14"))
HASHIRA_TRUST_REMOVAL_PERCENT = float(os.environ.get("HASHIRA_TRUST_REMOVAL_PERCENT", "20"))
HASHIRA_TRUST_REFRESH_HOURS = float(os.environ.get("HASHIRA_TRUST_REFRESH_HOURS", "24"))
HASHIRA_SHC_ISSUER = os.environ.get("HASHIRA_SHC_ISSUER", "")
HASHIRA_SHC_WALLET = os.environ.get("HASHIRA_SHC_WALLET", "")
HASHIRA_SHC_KEY = os.environ.get("HASHIRA_SHC_KEY", "")
HASHIRA_VDS_KEY = os.environ.get("HASHIRA_VDS_KEY", "")
HASHIRA_DSC_KEY = os.environ.get("HASHIRA_DSC_KEY", "")
HASHIRA_BUNDLE_KEY = os.environ.get("HASHIRA_BUNDLE_KEY", "")
HASHIRA_STATE = os.environ.get("HASHIRA_STATE", "")
HASHIRA_IMPORT_RETENTION_DAYS = int(os.environ.get("HASHIRA_IMPORT_RETENTION_DAYS", "30"))
HASHIRA_PRINT_RETENTION_DAYS = int(os.environ.get("HASHIRA_PRINT_RETENTION_DAYS", "7"))
HASHIRA_LINK_ATTEMPT_RETENTION_DAYS = int(os.environ.get("HASHIRA_LINK_ATTEMPT_RETENTION_DAYS", "30"))
HASHIRA_LINK_REQUEST_RETENTION_DAYS = int(os.environ.get("HASHIRA_LINK_REQUEST_RETENTION_DAYS", "1825"))
HASHIRA_JOB_RETENTION_DAYS = int(os.environ.get("HASHIRA_JOB_RETENTION_DAYS", "90"))
HASHIRA_INSTALLATION = os.environ.get("HASHIRA_INSTALLATION", "")
HASHIRA_FIGURES_KEY = os.environ.get("HASHIRA_FIGURES_KEY", "")
HASHIRA_ISSUING_AUTHORITY = os.environ.get("HASHIRA_ISSUING_AUTHORITY", "Hashira_Development")

# Sign-in of residents: デジタル認証アプリ, or in development the provider that is built in.
HASHIRA_RESIDENT_OIDC = {
    "ISSUER": os.environ.get("HASHIRA_RESIDENT_OIDC_ISSUER", "development" if DEVELOPMENT else ""),
    "CLIENT_ID": os.environ.get("HASHIRA_RESIDENT_OIDC_CLIENT_ID", ""),
    "KEY": os.environ.get("HASHIRA_RESIDENT_OIDC_KEY", ""),
    "REDIRECT_URI": os.environ.get("HASHIRA_RESIDENT_OIDC_REDIRECT_URI", ""),
    "SCOPES": os.environ.get("HASHIRA_RESIDENT_OIDC_SCOPES", "openid name address birthdate gender"),
    "ACR_VALUES": os.environ.get("HASHIRA_RESIDENT_OIDC_ACR_VALUES", "aal3 crl"),
    "REQUIRED_ACR": os.environ.get("HASHIRA_RESIDENT_OIDC_REQUIRED_ACR", "aal3"),
    "ASSERTION_SECONDS": os.environ.get("HASHIRA_RESIDENT_OIDC_ASSERTION_SECONDS", "5"),
    "ASSERTION_AUDIENCE": os.environ.get("HASHIRA_RESIDENT_OIDC_ASSERTION_AUDIENCE", "token_endpoint"),
    "AUTHORIZATION_ENDPOINT": os.environ.get("HASHIRA_RESIDENT_OIDC_AUTHORIZATION_ENDPOINT", ""),
    "TOKEN_ENDPOINT": os.environ.get("HASHIRA_RESIDENT_OIDC_TOKEN_ENDPOINT", ""),
    "USERINFO_ENDPOINT": os.environ.get("HASHIRA_RESIDENT_OIDC_USERINFO_ENDPOINT", ""),
    "JWKS_URI": os.environ.get("HASHIRA_RESIDENT_OIDC_JWKS_URI", ""),
}
HASHIRA_DEVELOPMENT_PROVIDER = DEVELOPMENT and HASHIRA_RESIDENT_OIDC["ISSUER"] == "development"

# The guarded cloud: which engines vend environments.
HASHIRA_CLOUD_ENGINES = tuple(
    part.strip() for part in os.environ.get("HASHIRA_CLOUD_ENGINES", "aws").split(",") if part.strip()
)
HASHIRA_OPENSTACK = {
    "URL": os.environ.get("HASHIRA_OPENSTACK_URL", ""),
    "USER": os.environ.get("HASHIRA_OPENSTACK_USER", "admin"),
    "DOMAIN": os.environ.get("HASHIRA_OPENSTACK_DOMAIN", "default"),
    "PASSWORD": os.environ.get("HASHIRA_OPENSTACK_PASSWORD", ""),
}
HASHIRA_LXD = {
    "SOCKET": os.environ.get("HASHIRA_LXD_SOCKET", "/var/lib/lxd/unix.socket"),
    "POOL": os.environ.get("HASHIRA_LXD_POOL", "default"),
}
# AWS, or what speaks like it: an address, `sandbox` for the emulator of `hashira run`, or nothing for AWS.
HASHIRA_CLOUD_AWS = {
    "ENDPOINT": os.environ.get("HASHIRA_CLOUD_AWS_ENDPOINT", "sandbox" if DEVELOPMENT else ""),
    "REGIONS": os.environ.get("HASHIRA_CLOUD_AWS_REGIONS", "ap-northeast-1,ap-northeast-3"),
    "EMAIL": os.environ.get("HASHIRA_CLOUD_AWS_EMAIL", "aws+{key}@sandbox.example.jp" if DEVELOPMENT else ""),
    "PHONE": os.environ.get("HASHIRA_CLOUD_AWS_PHONE", "+81-3-0000-0000" if DEVELOPMENT else ""),
    "FIRST_ROLE": os.environ.get("HASHIRA_CLOUD_AWS_FIRST_ROLE", "OrganizationAccountAccessRole"),
    "LOG_DAYS": os.environ.get("HASHIRA_CLOUD_AWS_LOG_DAYS", "1095"),
    "LOCK_MODE": os.environ.get("HASHIRA_CLOUD_AWS_LOCK_MODE", "COMPLIANCE"),
    "YEN_A_DOLLAR": os.environ.get("HASHIRA_CLOUD_AWS_YEN_A_DOLLAR", "150"),
    "ACCOUNT_QUOTA": os.environ.get("HASHIRA_CLOUD_AWS_ACCOUNT_QUOTA", "0"),
    "BASELINE_USD": os.environ.get("HASHIRA_CLOUD_AWS_BASELINE_USD", ""),
    "CONCURRENCY": os.environ.get("HASHIRA_CLOUD_AWS_CONCURRENCY", "5"),
    "TIMEOUT_SECONDS": os.environ.get("HASHIRA_CLOUD_AWS_TIMEOUT_SECONDS", "60"),
}
HASHIRA_CLOUD_PATIENCE_SECONDS = float(os.environ.get("HASHIRA_CLOUD_PATIENCE_SECONDS", "900"))
HASHIRA_CLOUD_RETENTION_DAYS = int(os.environ.get("HASHIRA_CLOUD_RETENTION_DAYS", "90"))
HASHIRA_CLOUD_SERVER_PRICES = os.environ.get("HASHIRA_CLOUD_SERVER_PRICES", "")
HASHIRA_CLOUD_VERIFY_HOURS = float(os.environ.get("HASHIRA_CLOUD_VERIFY_HOURS", "24"))
HASHIRA_CLOUD_READ_BACK_SECONDS = float(os.environ.get("HASHIRA_CLOUD_READ_BACK_SECONDS", "60"))


def _origins(*addresses: str) -> list[str]:
    """Scheme, host and port of each address, once; of what is no address, nothing."""
    parts = [urlsplit(address) for address in addresses]
    return sorted({f"{p.scheme}://{p.netloc}" for p in parts if p.scheme in {"https", "http"} and p.netloc})


DEBUG = False
SECRET_KEY = os.environ.get("HASHIRA_SECRET_KEY") or _secret(DATA_DIR)
ALLOWED_HOSTS = os.environ.get("HASHIRA_HOSTS", "localhost,127.0.0.1").split(",")
ROOT_URLCONF = "hashira.portal.urls"
WSGI_APPLICATION = "hashira.portal.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "hashira.portal",  # before the library whose templates it draws anew
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "hashira.core.accounts",
    "hashira.core.audit",
    "hashira.core.jobs",
    "hashira.core.api",
    "hashira.portal.exchange",
    "hashira.ui",
    *(
        ["hashira.certificates.store", "hashira.certificates.web"]
        if "certificates" in HASHIRA_SYSTEMS
        else []
    ),
    *(["hashira.regulations.store", "hashira.regulations.web"] if "regulations" in HASHIRA_SYSTEMS else []),
    *(["hashira.cloud.store", "hashira.cloud.web"] if "cloud" in HASHIRA_SYSTEMS else []),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hashira.core.api.problem.ProblemDocuments",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "hashira.portal.headers.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hashira.core.accounts.principals.PrincipalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hashira.ui.errors.ErrorPages",
]
CSRF_FAILURE_VIEW = "hashira.ui.errors.csrf_failure"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "hashira.portal.navigation.navigation",
            ],
        },
    }
]
FORM_RENDERER = "hashira.ui.forms.DadsRenderer"

DATABASES = {"default": _database(os.environ.get("HASHIRA_DATABASE_URL", ""), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

# Staff sign in with their address of e-mail, a password and a second factor; nobody signs up by themselves.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "hashira.portal.staff_sign_in.adapter.StaffAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_NOTIFICATIONS = False
MFA_ADAPTER = "hashira.portal.staff_sign_in.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "hashira.portal.staff_sign_in.forms.CodeForm",
    "reauthenticate": "hashira.portal.staff_sign_in.forms.CodeAgainForm",
    "add_webauthn": "hashira.portal.staff_sign_in.forms.AddPasskeyForm",
    "edit_webauthn": "hashira.portal.staff_sign_in.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEVELOPMENT
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# Tries to sign in are counted in files, so that all processes of the machine count together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
    }
}
SESSION_COOKIE_AGE = 8 * 60 * 60
HASHIRA_RESIDENT_SESSION_SECONDS = 30 * 60
HASHIRA_RECENT_AUTHENTICATION_SECONDS = ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
HASHIRA_POLICY = Path(__file__).parent / "policy" / "hashira.cedar"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"
LOCALE_PATHS = sorted(Path(__file__).parents[1].glob("**/locale"))

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(exist_ok=True)

# A page loads from this installation only, and runs no script and no style of its own text.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        # Chromium applies it to redirects too, and the button of the sign-in leads to the provider.
        "form-action": [
            "'self'",
            *_origins(HASHIRA_RESIDENT_OIDC["ISSUER"], HASHIRA_RESIDENT_OIDC["AUTHORIZATION_ENDPOINT"]),
        ],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if not DEVELOPMENT else None
SECURE_SSL_REDIRECT = not DEVELOPMENT
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 31_536_000
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
SESSION_COOKIE_NAME = "hashira-session" if DEVELOPMENT else "__Host-hashira-session"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
