"""A package as one tar archive, made while it is read: from any byte on, the same bytes each time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tarfile import BLOCKSIZE, USTAR_FORMAT, TarInfo

CHUNK = 256 * 1024
_END = bytes(2 * BLOCKSIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Bytes that are known, or those of a file."""

    size: int
    known: bytes = b""
    path: Path | None = None


def archive_size(folder: Path) -> int:
    return sum(piece.size for piece in _pieces(folder))


def read_archive(folder: Path, offset: int = 0) -> Iterator[bytes]:
    for piece in _pieces(folder):
        if offset < piece.size:
            yield from _read(piece, offset)
        offset = max(0, offset - piece.size)


def _pieces(folder: Path) -> Iterator[_Piece]:
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        info = TarInfo(f"export/{path.relative_to(folder)}")
        info.size = path.stat().st_size
        header = info.tobuf(USTAR_FORMAT)
        yield _Piece(size=len(header), known=header)
        yield _Piece(size=info.size, path=path)
        padding = -info.size % BLOCKSIZE
        yield _Piece(size=padding, known=bytes(padding))
    yield _Piece(size=len(_END), known=_END)


def _read(piece: _Piece, offset: int) -> Iterator[bytes]:
    if piece.path is None:
        yield piece.known[offset:]
        return
    with piece.path.open("rb") as file:
        file.seek(offset)
        while chunk := file.read(CHUNK):
            yield chunk
