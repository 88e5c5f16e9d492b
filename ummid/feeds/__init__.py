"""Partner formats: one module each, all read through `ummid.feeds.reader`."""
