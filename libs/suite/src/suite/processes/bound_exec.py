"""Becomes a command that the kernel ends when the process that asked for it ends.

Run as a script: bound_exec.py PARENT SIGNAL UID GID COMMAND...  (UID and GID are "-" to stay who we are)
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(uid: str, gid: str) -> None:
    if uid == "-":
        return
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))


def die_with(parent: int, death_signal: int) -> None:
    # After the change of user: the kernel forgets the wish when credentials change.
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        sys.exit(f"prctl refused: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit("the parent ended before this process began")


def main(argv: list[str]) -> None:
    parent, death_signal, uid, gid, *command = argv
    become(uid, gid)
    die_with(int(parent), int(death_signal))
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted here
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
