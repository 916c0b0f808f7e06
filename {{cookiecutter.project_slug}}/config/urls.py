"""Every address but `/health/…` (operations/health.py): the API's are under `/api/`."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts import pages
from common import docs, errors

ICON = "drf_spectacular_sidecar/swagger-ui-dist/favicon-32x32.png"

admin.site.site_header = admin.site.site_title = settings.SPECTACULAR_SETTINGS["TITLE"]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="docs")),
    # Browsers ask for it wherever a page names no icon: ReDoc, the admin site.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}{ICON}")),
    path("admin/", admin.site.urls),
    path("api/schema/", docs.SchemaView.as_view(), name="schema"),
    path("api/docs/", docs.SwaggerView.as_view(), name="docs"),
    path("api/redoc/", docs.RedocView.as_view(), name="redoc"),
    path("password/reset/<uidb64>/<token>/", pages.ResetPage.as_view(), name="reset-page"),
    path("email/confirm/<token>/", pages.ConfirmationPage.as_view(), name="confirmation-page"),
    path("api/auth/", include("accounts.urls")),
    # {% if cookiecutter.example_app %}
    path("api/", include("posts.urls")),
    # {% endif %}
    # `python manage.py startapp` adds new apps above this line.
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    # Also with DEBUG, an unknown address of the API answers in the API's own form.
    re_path(r"^api/", errors.not_found),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
