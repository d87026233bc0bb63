from __future__ import annotations

import subprocess
from collections import Counter

import pytest

from tests.architecture.clocks import code_reads_no_clock, sql_reads_no_clock
from tests.architecture.money import code_counts_money, contract_counts_money, stores_count_money
from tests.architecture.naming import names_say_something
from tests.architecture.sizes import files_are_short, functions_are_short
from tests.architecture.source import ROOT, Rule, breaches, planted, python_sources, sources
from tests.architecture.waiting import await_conditions

EVERYWHERE = [functions_are_short, files_are_short, names_say_something, await_conditions]
PRODUCT = [code_reads_no_clock, code_counts_money]
FILE = "services/order/src/order_service/order/use_cases.py"


@pytest.mark.parametrize("rule", EVERYWHERE, ids=lambda rule: rule.__name__)
def test_all_code_is_short_and_well_named(rule: Rule) -> None:
    assert breaches(rule, python_sources()) == []


@pytest.mark.parametrize("rule", PRODUCT, ids=lambda rule: rule.__name__)
def test_the_product_has_one_clock_and_counts_money(rule: Rule) -> None:
    assert breaches(rule, python_sources("libs", "services")) == []


@pytest.mark.parametrize("rule", [sql_reads_no_clock, stores_count_money], ids=lambda rule: rule.__name__)
def test_the_stores_have_one_clock_and_count_money(rule: Rule) -> None:
    assert breaches(rule, sources(".sql", "libs", "services")) == []


def test_the_contract_counts_money() -> None:
    assert breaches(contract_counts_money, sources(".proto", "protos")) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (functions_are_short, "def f():\n" + "    x = 1\n" * 40),
        (files_are_short, "x = 1\n" * 251),
        (code_reads_no_clock, "import datetime\nnow = datetime.datetime.now()"),
        (code_reads_no_clock, "import time\nstart = time.time()"),
        (code_reads_no_clock, "from time import time"),
        (code_reads_no_clock, "SQL = 'UPDATE orders SET closed_at = now()'"),
        (code_reads_no_clock, "SQL = 'SELECT current_timestamp'"),
        (code_counts_money, "def pay(price: float) -> None: ..."),
        (code_counts_money, "amount_fen: float = 0"),
        (code_counts_money, "def balance() -> Decimal: ..."),
        (code_counts_money, "PRICE = 12.5"),
        (names_say_something, "class OrderManager: ..."),
        (names_say_something, "class BaseStore: ..."),
    ],
)
def test_a_planted_breach_is_caught(rule: Rule, text: str) -> None:
    assert breaches(rule, planted(FILE, text))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (code_reads_no_clock, "SQL = 'SELECT app_now()'"),
        (code_reads_no_clock, "import time\nstart = time.monotonic()"),
        (code_counts_money, "def latitude() -> float: ..."),
        (code_counts_money, "def pay(price_fen: int) -> None: ..."),
    ],
)
def test_what_is_allowed_is_left_alone(rule: Rule, text: str) -> None:
    assert breaches(rule, planted(FILE, text)) == []


def test_a_planted_sleep_in_a_test_is_caught() -> None:
    assert breaches(await_conditions, planted("tests/test_x.py", "import time\ntime.sleep(2)"))
    assert breaches(await_conditions, planted("tests/test_x.py", "while not done():\n    time.sleep(0.02)")) == []
    assert breaches(await_conditions, planted("tests/test_x.py", "def child():\n    time.sleep(600)")) == []


def test_a_planted_empty_name_is_caught() -> None:
    assert breaches(names_say_something, planted("services/order/src/order_service/order_utils.py", ""))


def test_a_planted_second_clock_in_a_store_is_caught() -> None:
    assert breaches(sql_reads_no_clock, planted("a.sql", "create table t (at timestamptz default now());"))
    definition = "create function app_now() returns timestamptz as $$ select clock_timestamp() $$ language sql;"
    assert breaches(sql_reads_no_clock, planted("a.sql", definition)) == []


def test_planted_measured_money_is_caught_in_stores_and_contract() -> None:
    assert breaches(stores_count_money, planted("a.sql", "create table t (\n    price numeric(10, 2)\n);"))
    assert breaches(contract_counts_money, planted("a.proto", "message Bill {\n  double price_fen = 1;\n}"))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("T201", "print('hello')\n"),
        ("DTZ005", "import datetime\n\nnow = datetime.datetime.now()\n"),
        ("TID251", "import time\n\nstart = time.time()\n"),
    ],
)
def test_ruff_refuses_prints_and_clocks_in_services(code: str, text: str) -> None:
    command = ["ruff", "check", "--output-format", "concise", "--stdin-filename", FILE, "-"]
    done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert code in done.stdout


def test_no_two_migrations_of_one_house_share_a_number() -> None:
    folders = [*ROOT.glob("services/*/migrations"), ROOT / "libs/chassis/src/chassis/migrations"]
    numbers = [
        f"{folder.parent.name} {file.name.partition('_')[0]}" for folder in folders for file in folder.glob("*.sql")
    ]
    assert [number for number, times in Counter(numbers).items() if times > 1] == []
