#!/usr/bin/env python3
"""Measures how fast customers are rated, and whether twice as many take twice as long.

    python3 Tests/Benchmarks/rating.py                       20,000 and 40,000 customers with 20 lines each
    python3 Tests/Benchmarks/rating.py --customers 100000    100,000 and 200,000

Every customer has one event of each of 20 meters; half of the items are priced per unit, half through two tiers. A dry
run reads the configuration and the events, rates, discounts, taxes and totals, and writes nothing. Each customer's amount
due is computed here a second time, exactly, and compared before a time is printed.

`check` reads the configuration alone. A run of a period in which no plan closes reads the events too and bills nobody, so
that the differences tell the stages apart: what is left for rating holds the adding up of its usage.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from decimal import ROUND_HALF_UP, Decimal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, ".build", "release", "billwright")
PERIOD = "2026-10"
# Before anybody has subscribed.
UNBILLED = "2025-10"
ITEMS = 20
CENT = Decimal("0.01")

Run = namedtuple("Run", "wall processor peak")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default=os.path.join(ROOT, ".build", "bench"))
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    print(f"{os.cpu_count()} processors, {ITEMS} lines a customer, the best of {arguments.runs} runs")
    best = {}
    for count in (arguments.customers, 2 * arguments.customers):
        folder = os.path.join(arguments.folder, f"rating-{count}")
        due = write_workspace(folder, count)
        best[count] = measure_stages(folder, count, due, arguments.runs)
    small, large = (best[count]["whole run"] for count in best)
    print(f"twice as many customers: {large.wall / small.wall:.2f} × the time, "
          f"{large.processor / small.processor:.2f} × the processor's, {large.peak / small.peak:.2f} × the memory")


def write_workspace(folder, count):
    """A workspace with `count` customers, and what each of them owes."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("customers", "catalog/plans", "inbox/meters"):
        os.makedirs(os.path.join(folder, name))

    def write(name, text):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)

    numbers = range(ITEMS)
    write("billwright.yaml", "seller: { name: Bench Ltd }\ntime_zone: UTC\ncurrency: EUR\ndefault_tax: vat\n"
          "taxes:\n  - { code: vat, name: VAT, rate: 19% }\n")
    write("catalog/meters.yaml", "meters:\n" + "".join(
        f"  - {{ id: m{i}, unit: u, aggregation: sum }}\n" for i in numbers))
    write("catalog/items.yaml", "items:\n" + "".join(
        f"  - {{ id: i{i}, name: item {i}, meter: m{i} }}\n" for i in numbers))
    tiers = ("        model: graduated\n        tiers:\n"
             "          - { up_to: 50000, unit_price: 0.02 }\n          - { unit_price: 0.01 }\n")
    per_unit = "        model: per-unit\n        unit_price: 0.0123\n"
    write("catalog/plans/p.yaml", "id: p\nname: p\ncurrency: EUR\nperiod: month\nversions:\n  - from: 2026-01-01\n"
          "    prices:\n" + "".join(f"      - item: i{i}\n" + (per_unit if i % 2 else tiers) for i in numbers))
    chance = random.Random(1)
    due = {}
    with open(os.path.join(folder, "inbox", "meters", "events.csv"), "w") as events:
        events.write("event_id,customer_id,project_id,meter,value,timestamp\n")
        for customer in range(count):
            name = f"c{customer:07}"
            write(f"customers/{name}.yaml",
                  f"id: {name}\nname: Customer {customer}\naddress: [Street {customer}]\nprojects:\n"
                  f"  - {{ id: p{customer:07} }}\nsubscriptions:\n  - plan: p\n    from: 2026-01-01\n")
            net = Decimal(0)
            for i in numbers:
                value = Decimal(chance.randint(1, 9_999_999)).scaleb(-2)
                net += amount(i, value)
                events.write(f"e{customer}-{i},{name},p{customer:07},m{i},{value},"
                             f"{PERIOD}-{chance.randint(1, 28):02}T10:00:00Z\n")
            due[name] = net + rounded(net * Decimal("0.19"))
    return due


def amount(item, value):
    """What the lines of one item come to; each line is rounded."""
    if item % 2:
        return rounded(value * Decimal("0.0123"))
    low = min(value, Decimal(50_000))
    return rounded(low * Decimal("0.02")) + rounded((value - low) * Decimal("0.01"))


def rounded(value):
    return value.quantize(CENT, ROUND_HALF_UP)


def measure_stages(folder, count, due, runs):
    options = ["--workspace", folder]
    commands = {
        "configuration": ["check", *options],
        "and events": ["run", "--dry-run", *options, "--period", UNBILLED],
        "whole run": ["run", "--dry-run", *options, "--period", PERIOD, "--json"],
    }
    output = folder + ".out"
    best = {}
    for name, command in commands.items():
        for _ in range(runs):
            run = measure([TOOL, *command], output)
            if name not in best or run.wall < best[name].wall:
                best[name] = run
        if name == "whole run":
            compare(output, due)
    print(f"\n{count:,} customers, {count * ITEMS:,} events: every amount due is as computed here")
    for name, run in best.items():
        print(f"  {name:<14} {run.wall:6.2f} s, processor {run.processor:6.2f} s, peak {run.peak / 2**20:6,.0f} MiB")
    whole, read = best["whole run"], best["and events"]
    rating = whole.wall - read.wall
    print(f"  rating         {rating:6.2f} s, processor {whole.processor - read.processor:6.2f} s: "
          f"{count / rating:,.0f} customers/s, of the whole run {count / whole.wall:,.0f}")
    return best


def compare(path, due):
    with open(path) as file:
        found = {customer["id"]: Decimal(customer["amount_due"]) for customer in json.load(file)["customers"]}
    if found != due:
        wrong = sorted(name for name in due if found.get(name) != due[name])
        sys.exit(f"{len(wrong)} customers owe something else, such as {wrong[:3]}")


def measure(command, output):
    with open(output, "wb") as target, open(output + ".errors", "wb") as errors:
        before = time.perf_counter()
        process = subprocess.Popen(command, stdout=target, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{open(output + '.errors').read()}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


if __name__ == "__main__":
    main()
