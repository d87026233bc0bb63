"""Installs the servers this machine lacks from its own package archive, and starts none of them.

While packages unpack, a temporary policy-rc.d forbids every service start and restart: nothing takes a standard port,
and what already runs stays as it is.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from suite.processes import proc
from suite.servers.find import missing, missing_packages

POLICY = Path("/usr/sbin/policy-rc.d")
SYSTEMD = Path("/run/systemd/system")
UNITS = ("postgresql.service", "rabbitmq-server.service", "redis-server.service", "epmd.socket", "epmd.service")
WORD_EVERY = 5.0
DEEDS = ("Get:", "Fetched", "Unpacking", "Setting up")


def install_missing(progress: Callable[[str], None] = print) -> None:
    """Raises ServerMissing with the ways left when this user may not install, or installing did not help."""
    packages = missing_packages()
    refusal = missing()
    if refusal is None:
        return
    root = as_root()
    if root is None or shutil.which("apt-get") is None:
        raise refusal
    before = _known_units()
    with nothing_starts(root):
        # One archive that does not answer fails the update; what is wanted may well be in another.
        _apt(root, progress, "update")
        _apt(root, progress, "install", "--no-install-recommends", *packages)
    _keep_off_at_boot(root, _known_units() - before)
    if (still := missing()) is not None:
        raise still


def as_root() -> list[str] | None:
    """What to put before a command to run it as root; None when that is not possible without asking."""
    if os.geteuid() == 0:
        return []
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False) if shutil.which("sudo") else None
    return ["sudo", "-n"] if asked is not None and asked.returncode == 0 else None


@contextmanager
def nothing_starts(root: Sequence[str], policy: Path = POLICY) -> Iterator[None]:
    """An earlier policy is kept and put back; ours stops forbidding by itself once this process is gone."""
    kept = policy.with_name(f"{policy.name}.before-eldercare")
    if not kept.exists() and policy.exists() and "eldercare" not in policy.read_text(errors="replace"):
        _do(root, "cp", "-p", str(policy), str(kept))
    _do(root, "tee", str(policy), words=_policy(kept))
    _do(root, "chmod", "755", str(policy))
    try:
        yield
    finally:
        _do(root, *(("mv", "-f", str(kept), str(policy)) if kept.exists() else ("rm", "-f", str(policy))))


def _policy(kept: Path) -> str:
    me = proc.look(os.getpid())
    started = me.started if me else 0
    return (
        "#!/bin/sh\n"
        "# Put here by eldercare while it installs servers. It forbids nothing once that process is gone.\n"
        f'[ "$(sed "s/.*) //" /proc/{os.getpid()}/stat 2>/dev/null | cut -d" " -f20)" = "{started}" ] && exit 101\n'
        f'[ -x "{kept}" ] && exec "{kept}" "$@"\n'
        "exit 0\n"
    )


def _do(root: Sequence[str], *command: str, words: str | None = None) -> None:
    subprocess.run([*root, *command], input=words, stdout=subprocess.DEVNULL, text=True, check=True)


def _apt(root: Sequence[str], progress: Callable[[str], None], verb: str, *rest: str) -> None:
    # needrestart must not restart what runs here because one of its libraries was renewed.
    settings = ("DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1", "LC_ALL=C.UTF-8")
    apt = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", verb, *rest)
    progress(" ".join(("apt-get", verb, *rest)))
    command = [*root, "env", *settings, *apt]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as running:
        words = list(_told_now_and_then(running.stdout or (), progress))
    if running.returncode != 0:
        progress("\n".join([f"apt-get {verb} failed with code {running.returncode}:", *words[-15:]]))


def _told_now_and_then(lines: Iterable[bytes], progress: Callable[[str], None]) -> Iterator[str]:
    told = time.monotonic()
    for line in lines:
        word = line.decode(errors="replace").strip()
        if word.startswith(DEEDS) and time.monotonic() - told > WORD_EVERY:
            progress(f"  {word}")
            told = time.monotonic()
        yield word


def _known_units() -> frozenset[str]:
    places = [Path(place) for place in ("/lib/systemd/system", "/usr/lib/systemd/system")]
    return frozenset(unit for unit in UNITS if any((place / unit).exists() for place in places))


def _keep_off_at_boot(root: Sequence[str], fresh: frozenset[str]) -> None:
    """What we brought is for private use; it should not appear on the standard ports after a reboot either."""
    if fresh and SYSTEMD.exists():
        _do(root, "systemctl", "disable", "--quiet", *sorted(fresh))


def main() -> None:
    try:
        install_missing()
    except RuntimeError as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
