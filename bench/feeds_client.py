"""Many open feeds in a process of their own: `python -m bench.feeds_client WEB PATH NUMBER`, the token as TOKEN.

Says as a JSON line how many are open and why others are not, then how many heard the next line.
"""

import asyncio
import json
import os
import sys
from collections import Counter

from bench.web_client import allow_files, first_line, opened, problem_of

AT_ONCE, PATIENCE_S = 64, 300.0


async def run(web: str, path: str, token: str, number: int) -> None:
    turns, refused = asyncio.Semaphore(AT_ONCE), Counter[str]()
    hearing: list[asyncio.Task[object]] = []
    writers: list[asyncio.StreamWriter] = []

    async def open_one() -> None:
        async with turns:
            status, reader, writer = await opened(web, path, token)
            writers.append(writer)
            if status == 200:
                hearing.append(asyncio.create_task(first_line(reader)))
            else:
                refused[f"{status} {await problem_of(reader)}"] += 1

    await asyncio.gather(*(open_one() for _ in range(number)))
    print(json.dumps({"open": len(hearing), "refused": refused}), flush=True)
    heard, _ = await asyncio.wait(hearing, timeout=PATIENCE_S)
    print(json.dumps({"heard": sum(task.exception() is None for task in heard)}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for writer in writers:
        writer.close()


if __name__ == "__main__":
    allow_files(int(sys.argv[3]))
    asyncio.run(run(sys.argv[1], sys.argv[2], os.environ["TOKEN"], int(sys.argv[3])))
