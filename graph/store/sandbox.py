"""A second wall behind the guard: a process that can't open a network connection, whatever a query says.

Linux only, by a seccomp filter; elsewhere, and where the kernel forbids it, the guard stands alone.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from typing import Final

#: Architecture → (its number for the kernel, the number of the ``socket`` call).
_ARCHITECTURES: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_LOAD, _EQUAL, _ANSWER = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EACCES
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2


def forbid_connections() -> bool:
    """Make every later ``socket`` call of this process fail, and say whether that worked."""
    known = _ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    architecture, socket_call = known
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture
        (_EQUAL, 0, 3, architecture),  # another one (32-bit calls): fail on all it may mean
        (_LOAD, 0, 0, 0),  # the call's number
        (_EQUAL, 1, 0, socket_call),
        (_ANSWER, 0, 0, _ALLOW),
        (_ANSWER, 0, 0, _FAIL),
    ]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(held))
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(kernel.prctl(_SET_SECCOMP, _FILTER, program, 0, 0) == 0) and os.getpid() > 0
