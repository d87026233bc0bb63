"""One key a data subject, wrapped by the service's own; destroying it erases what was sealed with it."""

import os
from collections.abc import Collection

from chassis.seal import Seals, Unsealable, decrypt, encrypt
from chassis.work import Work


class SubjectErased(Exception):
    """The subject's key was destroyed; what it sealed cannot be read again."""


def seal_for(work: Work, seals: Seals, *, subject: str, plain: bytes, place: str) -> bytes:
    """Seals with the subject's key, made on first use; raises SubjectErased."""
    return encrypt(_key_of(work, seals, subject), plain, place)


def open_for(work: Work, seals: Seals, *, subject: str, sealed: bytes, place: str) -> bytes:
    """Opens with the subject's key; raises SubjectErased or Unsealable."""
    row = work.one("SELECT wrapped FROM subject_keys WHERE subject = %s", [subject])
    if row is None:
        raise Unsealable(place)
    return open_with(seals, subject=subject, wrapped=row["wrapped"], sealed=sealed, place=place)


def open_with(seals: Seals, *, subject: str, wrapped: bytes | None, sealed: bytes, place: str) -> bytes:
    """Opens with `subject_keys.wrapped`, read together with what it sealed; raises SubjectErased or Unsealable."""
    if wrapped is None:
        raise SubjectErased(subject)
    return decrypt(seals.open(wrapped, place=_place(subject)), sealed, place)


def keys_for(work: Work, seals: Seals, subjects: Collection[str]) -> dict[str, bytes]:
    """The keys of many subjects at once, made on first use; a subject that was erased is absent."""
    if not subjects:
        return {}
    read = "SELECT subject, wrapped FROM subject_keys WHERE subject = ANY(%s)"
    rows = work.all(read, [list(subjects)])
    if missing := set(subjects) - {row["subject"] for row in rows}:
        for subject in sorted(missing):
            _make_key(work, seals, subject)
        rows = work.all(read, [list(subjects)])
    return {row["subject"]: seals.open(row["wrapped"], place=_place(row["subject"])) for row in rows if row["wrapped"]}


def destroy(work: Work, subject: str) -> None:
    """Erases the subject from this service; safe to call again."""
    work.run(
        """INSERT INTO subject_keys (subject, wrapped, destroyed_at) VALUES (%s, NULL, app_now())
           ON CONFLICT (subject) DO UPDATE SET wrapped = NULL,
               destroyed_at = coalesce(subject_keys.destroyed_at, excluded.destroyed_at)""",
        [subject],
    )


def _key_of(work: Work, seals: Seals, subject: str) -> bytes:
    read = "SELECT wrapped FROM subject_keys WHERE subject = %s"
    row = work.one(read, [subject])
    if row is None:
        _make_key(work, seals, subject)
        (row,) = work.all(read, [subject])
    if row["wrapped"] is None:
        raise SubjectErased(subject)
    return seals.open(row["wrapped"], place=_place(subject))


def _make_key(work: Work, seals: Seals, subject: str) -> None:
    wrapped = seals.seal(os.urandom(32), place=_place(subject))
    work.run("INSERT INTO subject_keys (subject, wrapped) VALUES (%s, %s) ON CONFLICT DO NOTHING", [subject, wrapped])


def _place(subject: str) -> str:
    return f"subject_keys.wrapped:{subject}"
