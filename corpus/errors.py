"""The exceptions of the program: one small tree.

Each carries a message that names the value at fault and what to do about it. The command line
turns the branches into exit codes: `InputError` is 2, `IndexUnavailable` is 4, all else 1.
"""


class PonteError(Exception):
    """Base of every error that the program raises on purpose."""


class InputError(PonteError):
    """The user's input cannot be used: a bad argument, a file that cannot be read."""


class DocumentError(InputError):
    """A document cannot be read or makes no sense."""


class SettingsError(InputError):
    """A setting has a value that cannot be used."""


class IndexUnavailable(PonteError):
    """No index is there, or the one that is there does not fit the program."""


class DamagedSnapshot(IndexUnavailable):
    """A file of a snapshot differs from its checksum."""


class ModelError(PonteError):
    """The embedding model cannot be found or is not what it should be."""


class Unavailable(PonteError):
    """The service cannot answer now; the same question may be put again after a while."""


class NotReady(Unavailable):
    """Models and documents are still being loaded."""


class Busy(Unavailable):
    """Too many questions wait already. `retry_after`: seconds after which there may be room."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
