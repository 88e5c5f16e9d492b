"""Beam without its asides: what concerns a user is said by our commands."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_OF_LIBRARIES = ("apitools not found", "Failed to import GCSFileSystem")


@contextmanager
def importing_beam() -> Iterator[None]:
    """Around Beam's first import: without a word of the client libraries we do not use.

    After it Beam logs errors alone, and none of a failing step, which is raised as well.
    """
    loggers = (logging.getLogger(), logging.getLogger("apache_beam.io.filesystems"))
    for logger in loggers:
        logger.addFilter(_concerns_us)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(_concerns_us)
    logging.getLogger().addFilter(_is_no_aside)
    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    logging.getLogger("apache_beam.runners.common").setLevel(logging.CRITICAL)


def _is_no_aside(record: logging.LogRecord) -> bool:
    """RunInference measures memory where packages are that it needs for another purpose."""
    return not record.getMessage().startswith("Resource module is not available")


def _concerns_us(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_OF_LIBRARIES)
