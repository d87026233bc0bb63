"""Where a server keeps its files, and as which operating-system user it runs.

PostgreSQL refuses to run as root, so root lends each server an account; such an account may be unable to reach a folder
below a private one (/root, a home), and then the files live under /var/tmp with a link in the run folder.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from suite.processes.spawn import Account
from suite.servers.refusals import ServerUnusable

OUTSIDE = Path("/var/tmp")  # noqa: S108 - one folder of root's own below it, refused when it is anyone else's
RUN_DIR_LINK = "run-dir"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    folder: Path
    account: Account | None

    def own(self, path: Path, mode: int = 0o600) -> Path:
        path.chmod(mode)
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def make(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return self.own(path, 0o700)

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
        return self.own(path, mode)

    def clear(self) -> None:
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def run(self, *argv: str | Path, env: dict[str, str]) -> None:
        """One short command as the server's user, its words shown if it fails."""
        who = self.account
        done = subprocess.run(
            [str(word) for word in argv],
            env=env,
            cwd=self.folder,
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerUnusable(f"{argv[0]} failed with code {done.returncode}: {done.stderr.strip()}")


def home_for(run_dir: Path, name: str, users: Sequence[str]) -> Home:
    account = _account(users) if os.geteuid() == 0 else None
    folder = run_dir / name
    if not folder.is_symlink():
        folder.mkdir(exist_ok=True)
    home = Home(folder=folder, account=account)
    if folder.is_symlink() or not _reachable(home):
        home = Home(folder=_outside(run_dir, folder), account=account)
    home.own(home.folder, 0o700)
    return home


def _account(users: Sequence[str]) -> Account:
    for user in (*users, "nobody"):
        try:
            entry = pwd.getpwnam(user)
        except KeyError:
            continue
        return Account(name=user, uid=entry.pw_uid, gid=entry.pw_gid)
    raise ServerUnusable(f"this machine has none of the users {', '.join(users)}, nobody")


def _reachable(home: Home) -> bool:
    if home.account is None:
        return True
    home.own(home.folder, 0o700)
    try:
        home.run("/usr/bin/env", "test", "-w", home.folder, env={"PATH": os.defpath})
    except (ServerUnusable, OSError, subprocess.SubprocessError):
        return False
    return True


def outside_folder(run_dir: Path) -> Path:
    return OUTSIDE / f"eldercare-{hashlib.sha256(str(run_dir).encode()).hexdigest()[:12]}"


def remove_orphans() -> None:
    """Removes folders under /var/tmp whose run folder is gone."""
    if os.geteuid() != 0:
        return
    for parent in OUTSIDE.glob("eldercare-*"):
        run_dir = parent / RUN_DIR_LINK
        if parent.lstat().st_uid == 0 and run_dir.is_symlink() and not run_dir.exists():
            shutil.rmtree(parent)


def _outside(run_dir: Path, link: Path) -> Path:
    parent = outside_folder(run_dir)
    parent.mkdir(mode=0o711, exist_ok=True)
    if parent.lstat().st_uid != 0 or parent.is_symlink():
        raise ServerUnusable(f"{parent} belongs to somebody else: remove it")
    if not (parent / RUN_DIR_LINK).is_symlink():
        (parent / RUN_DIR_LINK).symlink_to(run_dir)
    folder = parent / link.name
    if not link.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)  # what an earlier run folder of this name left
        shutil.rmtree(link)
        link.symlink_to(folder)
    folder.mkdir(exist_ok=True)
    return folder
