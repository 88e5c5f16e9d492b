"""`serving.wsgi:app` for a WSGI server. The store is named by `UMMID_STORE` or the settings."""

from serving.app import create_app
from ummid.settings import Settings

app = create_app(Settings().store)
