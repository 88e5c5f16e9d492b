"""`serving.wsgi:app` for a WSGI server. The store is named by `UMMID_STORE` or the settings."""

from serving.app import create_app
from ummid.search.choose import chosen
from ummid.settings import Settings
from ummid.stores.cache import open_cache

_settings = Settings()
_cache = open_cache(_settings.get("cache"))
app = create_app(_settings.store, means=chosen(_settings), cache=_cache)
