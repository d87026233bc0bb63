"""`python -m chassis.probe http://127.0.0.1:7001/readyz`: ends with 0 when the answer is 200; for containers."""

import sys
import urllib.error
import urllib.request

PATIENCE_S = 2


def main(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310 - the caller's own process
            return 0 if answer.status == 200 else 1
    except urllib.error.HTTPError as not_ready:
        sys.stderr.write(not_ready.read().decode(errors="replace") + "\n")
    except OSError as away:
        sys.stderr.write(f"{away}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
