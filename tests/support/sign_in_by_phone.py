"""Signing in on the page with a phone and the code it was sent, by the keyboard alone."""

from pathlib import Path

from playwright.sync_api import Page

from tests.support.codes import code_for


def fill(page: Page, **words: str) -> None:
    """Sent with Enter."""
    for name, text in words.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator(f"[name={name}]").press("Enter")


def sign_in_by_phone(page: Page, run_dir: Path, phone: str, *, before: str = "") -> str:
    fill(page, phone=phone)
    code = code_for(run_dir, phone, before=before)
    fill(page, code=code)
    return code
