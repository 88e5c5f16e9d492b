"""`serving.wsgi:app` for a WSGI server. The store is named by `UMMID_STORE` or the settings."""

from serving.app import create_app
from ummid.search.choose import chosen
from ummid.settings import Settings

_settings = Settings()
app = create_app(_settings.store, means=chosen(_settings))
