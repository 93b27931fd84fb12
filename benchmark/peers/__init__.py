"""The peers. Every module of this package is one: see `Peer` for what it has to offer.

A module names in INSTALL what it needs, and returns from `systems()` its settings, each a `Peer`. To add a peer, add
a module; no list has to be changed.
"""

import importlib
import pkgutil
import typing
import unicodedata


class Peer(typing.Protocol):
    """One setting of one peer."""

    name: str
    """The title of its row."""

    shown: bool
    """Whether it always has a row. Of the other settings of a module, the best on the development half has one."""

    def fit(self, labels):
        """Takes all `protocol.Label` (id, form, type) of the packs; called anew for each half."""

    def rank(self, name, limit):
        """Up to `limit` pairs (id, score), best first; greater is better, and scores of all names are on one scale.
        An entity may come more than once."""


class Unavailable(Exception):
    """What a peer needs beyond its Python packages is not on this machine."""


def names():
    """The peers there are."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name):
    """The settings of a peer; `Unavailable` with what to do if it cannot run here."""
    module = importlib.import_module(f"{__name__}.{name}")
    try:
        return module.systems()
    except ImportError as error:
        raise Unavailable(f"{error}; to install it: {module.INSTALL}") from error


def fold(name):
    """What is done to every name before any peer sees it: NFKC, case folding, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
