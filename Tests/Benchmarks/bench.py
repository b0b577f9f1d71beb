#!/usr/bin/env python3
"""Measures billwright beside its peers, in turn and in one run, and prints medians and ratios.

    make bench                                        1 million events, 200 customers
    python3 Tests/Benchmarks/bench.py --rows 10000000 --customers 2000
    python3 Tests/Benchmarks/bench.py --rows 50000000 --customers 2000 --cases csv --memory-limit 1GB
    python3 Tests/Benchmarks/bench.py --cases cur

Needs the event generator and the peers in ../shared/bench, a C compiler, and from PyPI: duckdb numpy XlsxWriter Jinja2;
with chdb, too, aggregates are measured beside ClickHouse as well, and the faster of the two counts.
The results of every run are compared, byte for byte or cent for cent, before a time is printed. Processor seconds and
peak memory are those of the processes, as the kernel counts them: on a busy machine they say more than the clock.
"""
import argparse
import csv
import hashlib
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import namedtuple
from decimal import Decimal

from workspace import write_bill_workspace, write_workspace

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEERS = os.path.join(ROOT, "..", "shared", "bench")
TOOL = os.path.join(ROOT, ".build", "release", "billwright")
PERIOD = "2026-10"

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--customers", type=int, default=200)
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--cases", default="csv,csvgz,jsonl,jsonlgz,cur,end",
                    help="csv, csvgz, jsonl, jsonlgz: aggregates; cur: a provider bill; end: events to invoices")
parser.add_argument("--memory-limit", help="given to billwright, such as 1GB")
parser.add_argument("--bill-rows", type=int, default=373_488)
parser.add_argument("--folder", default=os.path.join(ROOT, ".build", "bench"))
arguments = parser.parse_args()


def main():
    if not os.path.isdir(PEERS):
        sys.exit("the peers are not here: " + os.path.normpath(PEERS))
    print(f"{os.cpu_count()} processors, {arguments.rows:,} events, {arguments.customers} customers × 3 projects, "
          f"{arguments.runs} runs in turn")
    os.makedirs(arguments.folder, exist_ok=True)
    cases = arguments.cases.split(",")
    data = generate(cases) if set(cases) - {"cur"} else None
    for form in ("csv", "csvgz", "jsonl", "jsonlgz"):
        if form in cases:
            aggregate(data, form)
    if "cur" in cases:
        bill()
    if "end" in cases:
        end_to_end(data)


def generate(cases):
    """Events as the generator makes them, and their gzipped copies, as far as the cases need them."""
    folder = os.path.join(arguments.folder, f"events-{arguments.rows}-{arguments.customers}")
    os.makedirs(folder, exist_ok=True)
    generator = os.path.join(folder, "gen_events")
    for form in ("csv", "jsonl"):
        if not {form, form + "gz"} & set(cases) and not (form == "csv" and "end" in cases):
            continue
        if not is_complete(folder, form):
            subprocess.run(["cc", "-O2", "-o", generator, os.path.join(PEERS, "gen_events.c"), "-lm"], check=True)
            subprocess.run([generator, "--rows", str(arguments.rows), "--files", "10", "--out", folder, "--customers",
                            str(arguments.customers), "--formats", form], check=True, stderr=subprocess.DEVNULL)
            complete(folder, form)
        if form + "gz" in cases and not is_complete(folder, form + "gz"):
            target = os.path.join(folder, form + "gz")
            shutil.rmtree(target, ignore_errors=True)
            os.makedirs(target)
            for name in sorted(os.listdir(os.path.join(folder, form))):
                with open(os.path.join(target, name + ".gz"), "wb") as output:
                    subprocess.run(["gzip", "-6", "-n", "-c", os.path.join(folder, form, name)], stdout=output,
                                   check=True)
            complete(folder, form + "gz")
    return folder


def is_complete(folder, form):
    return os.path.exists(os.path.join(folder, form + ".complete"))


def complete(folder, form):
    open(os.path.join(folder, form + ".complete"), "w").close()


def workspace(data, form, name, unique):
    """A workspace whose inbox is the generated events."""
    folder = os.path.join(arguments.folder, name)
    shutil.rmtree(folder, ignore_errors=True)
    plans = os.path.join(arguments.folder, "plans.json")
    subprocess.run([sys.executable, os.path.join(PEERS, "gen_plans.py"), "--customers", str(arguments.customers),
                    "--out", plans], check=True)
    write_workspace(json.load(open(plans)), folder, unique)
    inbox = os.path.join(folder, "inbox", "meters")
    os.makedirs(inbox)
    for file in os.listdir(os.path.join(data, form)):
        os.link(os.path.join(data, form, file), os.path.join(inbox, file))
    return folder, plans


Run = namedtuple("Run", "wall processor peak")


def measure(command, output=None):
    """Wall and processor seconds of one run, and its peak memory in bytes."""
    with open(output or os.devnull, "wb") as target, open(os.path.join(arguments.folder, "errors"), "wb") as errors:
        before = time.perf_counter()
        process = subprocess.Popen(command, stdout=target, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{open(errors.name).read()}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def in_turn(title, ours, peers, prepare=lambda: None, compare=lambda name: None):
    """Ours and the peers one after the other, beside the fastest of them; the median of the ratios is what counts on a
    noisy machine."""
    runs = {"billwright": []} | {name: [] for name in peers}
    for _ in range(arguments.runs):
        prepare()
        runs["billwright"].append(ours())
        for name, peer in peers.items():
            runs[name].append(peer())
            compare(name)
    best = min(peers, key=lambda name: statistics.median(r.wall for r in runs[name]))
    pairs = list(zip(runs["billwright"], runs[best]))
    ratios = [p.wall / o.wall for o, p in pairs]
    processor = [p.processor / o.processor for o, p in pairs]
    print(f"{title}: {statistics.median(ratios):.2f} × as fast as {best} (worst {min(ratios):.2f}, best {max(ratios):.2f}), "
          f"{statistics.median(processor):.2f} × by processor time")
    for name, list_ in runs.items():
        print(f"    {name:10}  {statistics.median(r.wall for r in list_):7.2f} s  "
              f"{statistics.median(r.processor for r in list_):7.2f} s of processors  "
              f"{max(r.peak for r in list_) / 1e6:7.0f} MB at most", flush=True)


def aggregate(data, form):
    """Import, exact deduplication and aggregation, beside the fastest peers."""
    folder, _ = workspace(data, form, "aggregate-" + form, "region")
    ours_csv = os.path.join(arguments.folder, "ours.csv")
    peer_csv = os.path.join(arguments.folder, "peer.csv")
    ours_command = [TOOL, "usage", "-w", folder, "--period", PERIOD, "--by", "customer,project,meter,day",
                    "--format", "csv"] + (["--memory-limit", arguments.memory_limit] if arguments.memory_limit else [])

    def peer(engine, variant):
        return lambda: measure([
            sys.executable, os.path.join(PEERS, "peer_agg.py"), "--engine", engine, "--variant", variant, "--format", form,
            "--ids", "uuid", "--input", os.path.join(data, form), "--out", peer_csv])

    peers = {"DuckDB": peer("duckdb", "distinctall")}
    if importlib.util.find_spec("chdb"):
        peers["ClickHouse"] = peer("chdb", "limitby")

    def compare(name):
        if canonical(ours_csv) != canonical(peer_csv):
            sys.exit(f"the aggregates of {form} differ from those of {name}: {ours_csv} {peer_csv}")

    in_turn(f"aggregates, {form}", lambda: measure(ours_command, ours_csv), peers, compare=compare)


def canonical(path):
    """A hash of the rows with sums and maxima at six fraction digits."""
    digest = hashlib.sha256()
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            keys = [row.get("customer_id") or row["customer"], row.get("project_id") or row["project"], row["meter"],
                    row["day"], f"{Decimal(row.get('s') or row['sum']):.6f}", row.get("count") or row["events"],
                    f"{Decimal(row.get('m') or row['max']):.6f}", row.get("distinct_regions") or row["distinct"]]
            digest.update((",".join(keys) + "\n").encode())
    return digest.hexdigest()


def bill():
    """The sums of a provider's bill by account and service, beside DuckDB."""
    data = os.path.join(arguments.folder, f"cur-{arguments.bill_rows}.csv")
    if not os.path.exists(data):
        here = os.path.dirname(os.path.abspath(__file__))
        subprocess.run([sys.executable, os.path.join(here, "cur.py"), "--rows", str(arguments.bill_rows),
                        "--out", data + ".part"], check=True)
        os.rename(data + ".part", data)
    folder = os.path.join(arguments.folder, "bill")
    shutil.rmtree(folder, ignore_errors=True)
    write_bill_workspace(folder)
    os.makedirs(os.path.join(folder, "inbox", "providers"))
    os.link(data, os.path.join(folder, "inbox", "providers", "bill.csv"))
    peer_csv = os.path.join(arguments.folder, "peer-bill.csv")
    ours_csv = os.path.join(arguments.folder, "bill.csv")
    peer = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer_cur.py"), "--input", data,
            "--out", peer_csv]

    def sums(path, account, billed):
        with open(path, newline="") as file:
            return {(row[account], row["service"], row["currency"]): (int(row["rows"]), Decimal(row[billed]))
                    for row in csv.DictReader(file)}

    def compare(name):
        if sums(ours_csv, "sub-account", "billed_cost") != sums(peer_csv, "account", "billed"):
            sys.exit(f"the sums of the bill differ from those of {name}: {ours_csv} {peer_csv}")

    ours = [TOOL, "costs", "-w", folder, "--period", PERIOD, "--by", "sub-account,service", "--format", "csv"]
    in_turn("a provider's bill", lambda: measure(ours, ours_csv), {"DuckDB": lambda: measure(peer)}, compare=compare)


def end_to_end(data):
    """From events to all documents, beside DuckDB + Decimal + XlsxWriter + Jinja2 in two processes."""
    folder, plans = workspace(data, "csv", "end-to-end", None)
    peer_out = os.path.join(arguments.folder, "peer-out")

    # What a run wrote is moved away and not deleted: ext4 makes whoever creates files after a deletion wait.
    aside = os.path.join(arguments.folder, "aside")
    shutil.rmtree(aside, ignore_errors=True)
    os.makedirs(aside)

    def prepare():
        for path in (os.path.join(folder, "out"), os.path.join(folder, "ledger.sqlite"), peer_out):
            if os.path.exists(path):
                os.rename(path, os.path.join(aside, str(len(os.listdir(aside)))))

    ours = [TOOL, "run", "-w", folder, "--period", PERIOD, "--quiet"]
    peer = [sys.executable, os.path.join(PEERS, "peer_duckdb.py"), "--input", os.path.join(data, "csv"), "--plans", plans,
            "--out", peer_out]
    in_turn("events to invoices, csv", lambda: measure(ours), {"the scripts": lambda: measure(peer)}, prepare,
            lambda name: compare_totals(folder, peer_out))
    print("the peer's subtotals of all projects are met to the cent")
    shutil.rmtree(aside)


def compare_totals(folder, peer_out):
    """Each project's total without tax must be the peer's, to the cent."""
    theirs = {row["project_id"]: Decimal(row["subtotal"])
              for row in csv.DictReader(open(os.path.join(peer_out, "totals.csv"), newline=""))}
    ours = {}
    for row in csv.DictReader(open(os.path.join(folder, "out", PERIOD, "invoices.csv"), newline="")):
        if row["scope"] == "project":
            ours[row["project"]] = Decimal(row["net"])
    different = [project for project in theirs if ours.get(project) != theirs[project]]
    if different:
        sys.exit(f"{len(different)} of {len(theirs)} projects differ, such as {different[0]}: "
                 f"ours {ours.get(different[0])}, peer {theirs[different[0]]}")


if __name__ == "__main__":
    main()
