#!/usr/bin/env python3
"""Measures billwright beside its peers, in turn and in one run, and prints medians and ratios.

    make bench                                        1 million events, 200 customers
    python3 Tests/Benchmarks/bench.py --rows 10000000 --customers 2000

Needs the event generator and the peers in ../shared/bench, a C compiler, and from PyPI: duckdb numpy XlsxWriter Jinja2.
The results are compared, byte for byte or cent for cent, before a time is printed.
"""
import argparse
import csv
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from decimal import Decimal

from workspace import write_workspace

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEERS = os.path.join(ROOT, "..", "shared", "bench")
TOOL = os.path.join(ROOT, ".build", "release", "billwright")
PERIOD = "2026-10"

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--customers", type=int, default=200)
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--folder", default=os.path.join(ROOT, ".build", "bench"))
arguments = parser.parse_args()


def main():
    if not os.path.isdir(PEERS):
        sys.exit("the peers are not here: " + os.path.normpath(PEERS))
    print(f"{os.cpu_count()} processors, {arguments.rows:,} events, {arguments.customers} customers × 3 projects, "
          f"{arguments.runs} runs in turn")
    data = generate()
    for form in ("csv", "csvgz", "jsonl"):
        aggregate(data, form)
    end_to_end(data)


def generate():
    """Events as the generator makes them, and their gzipped copies."""
    folder = os.path.join(arguments.folder, f"events-{arguments.rows}-{arguments.customers}")
    if os.path.exists(os.path.join(folder, "complete")):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    generator = os.path.join(folder, "gen_events")
    subprocess.run(["cc", "-O2", "-o", generator, os.path.join(PEERS, "gen_events.c"), "-lm"], check=True)
    subprocess.run([generator, "--rows", str(arguments.rows), "--files", "10", "--out", folder,
                    "--customers", str(arguments.customers)], check=True, stderr=subprocess.DEVNULL)
    for form in ("csv", "jsonl"):
        target = os.path.join(folder, form + "gz")
        os.makedirs(target)
        for name in sorted(os.listdir(os.path.join(folder, form))):
            with open(os.path.join(target, name + ".gz"), "wb") as output:
                subprocess.run(["gzip", "-6", "-n", "-c", os.path.join(folder, form, name)], stdout=output, check=True)
    open(os.path.join(folder, "complete"), "w").close()
    return folder


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


def measure(command, output=None):
    """Wall seconds of one run."""
    before = time.perf_counter()
    with open(output or os.devnull, "wb") as target:
        process = subprocess.Popen(command, stdout=target, stderr=subprocess.PIPE)
        _, errors = process.communicate()
    seconds = time.perf_counter() - before
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{errors.decode()}")
    return seconds


def in_turn(title, ours, peer, prepare=lambda: None):
    """Ours and the peer alternately; the median of the ratios is what counts on a noisy machine."""
    times = {"ours": [], "peer": []}
    for _ in range(arguments.runs):
        prepare()
        times["ours"].append(ours())
        times["peer"].append(peer())
    ratios = [p / o for o, p in zip(times["ours"], times["peer"])]
    print(f"{title:34} billwright {statistics.median(times['ours']):7.2f} s   "
          f"peer {statistics.median(times['peer']):7.2f} s   {statistics.median(ratios):5.2f} × as fast"
          f"   (worst {min(ratios):.2f}, best {max(ratios):.2f})", flush=True)


def aggregate(data, form):
    """Import, exact deduplication and aggregation, beside DuckDB."""
    folder, _ = workspace(data, form, "aggregate-" + form, "region")
    ours_csv = os.path.join(arguments.folder, "ours.csv")
    peer_csv = os.path.join(arguments.folder, "peer.csv")
    ours_command = [TOOL, "usage", "-w", folder, "--period", PERIOD, "--by", "customer,project,meter,day",
                    "--format", "csv"]
    peer_command = [sys.executable, os.path.join(PEERS, "peer_agg.py"), "--engine", "duckdb", "--variant", "distinctall",
                    "--format", form, "--ids", "uuid", "--input", os.path.join(data, form), "--out", peer_csv]
    in_turn(f"aggregates, {form}", lambda: measure(ours_command, ours_csv), lambda: measure(peer_command))
    if canonical(ours_csv) != canonical(peer_csv):
        sys.exit(f"the aggregates of {form} differ: {ours_csv} {peer_csv}")


def canonical(path):
    """A hash of the rows with sums and maxima at six fraction digits."""
    digest = hashlib.sha256()
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            keys = [row.get("customer_id") or row["customer"], row.get("project_id") or row["project"], row["meter"],
                    row["day"], f"{Decimal(row['sum']):.6f}", row.get("count") or row["events"],
                    f"{Decimal(row['max']):.6f}", row.get("distinct_regions") or row["distinct"]]
            digest.update((",".join(keys) + "\n").encode())
    return digest.hexdigest()


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
    in_turn("events to invoices, csv", lambda: measure(ours), lambda: measure(peer), prepare)
    compare_totals(folder, peer_out)
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
    print(f"the peer's subtotals of {len(theirs)} projects are met to the cent")


if __name__ == "__main__":
    main()
