"""A file that is written from some place on, again and again, and is whole at any moment."""

from __future__ import annotations

import errno
import fcntl
import os
import stat


class GrowingFile:
    """A file that one program writes: `write(text, at)` makes it end with this text."""

    def __init__(self, path: str, *, may_exist: bool) -> None:
        """Open it, or make it. Raises `FileExistsError` unless it `may_exist`, and other kinds of `OSError`: for what
        is no file, and for one that another program records to."""
        self.path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
        self.is_new = not os.path.exists(path)
        self._descriptor = os.open(path, flags | (0 if may_exist else os.O_EXCL), 0o666)
        try:
            if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                raise OSError(errno.EINVAL, "is not a file that can be written anew", path)
            self._lock()
        except OSError:
            os.close(self._descriptor)
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(errno.EAGAIN, "another pyex records to it", self.path) from None
        except OSError as error:
            # A file system without locks.
            if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
                raise

    @property
    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def write(self, data: bytes, at: int) -> None:
        """Have the file end with these bytes, from this place on. Raises `OSError`, and then it is as it was."""
        before = b""
        if (size := self.size) > at:
            before = os.pread(self._descriptor, size - at, at)
        try:
            self._write_all(data, at)
            if size > at + len(data):
                os.ftruncate(self._descriptor, at + len(data))
        except OSError:
            self._restore(before, at)
            raise

    def _restore(self, before: bytes, at: int) -> None:
        # No room is needed for what was there.
        try:
            os.ftruncate(self._descriptor, at + len(before))
            self._write_all(before, at)
        except OSError:
            pass

    def _write_all(self, data: bytes, at: int) -> None:
        written = 0
        while written < len(data):
            written += os.pwrite(self._descriptor, data[written:], at + written)

    def close(self) -> None:
        os.close(self._descriptor)

    @property
    def is_there(self) -> bool:
        """Whether its name still leads to it: somebody may have removed it, or put another in its place."""
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self._descriptor))
        except OSError:
            return False

    def remove(self) -> None:
        """Take it away again, if it is still there."""
        try:
            if self.is_there:
                os.unlink(self.path)
        except OSError:
            pass
