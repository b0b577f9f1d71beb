#!/usr/bin/env python3
"""Recalculates one invoice of the sample workspace by hand: hafenrad, October 2026.

It shares no code with billwright and none with generate.py: it reads the exports itself, applies the rules as they are
written down, and prints every line, every deduction and every total. The prices below are copied from
catalog/plans/business.yaml (version of 2026-07-01), the rest from customers/hafenrad.yaml.

    python3 samples/recalculate.py             prints the invoice
    python3 samples/recalculate.py --check     exits 1 when by-hand.md shows other figures
    python3 samples/recalculate.py --write     puts them there
"""

import csv
import gzip
import hashlib
import io
import json
import math
import os
import re
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, getcontext
from zoneinfo import ZoneInfo

getcontext().prec = 120  # far more digits than any sum here has: nothing is ever rounded by accident
HERE = os.path.dirname(os.path.abspath(__file__))
BERLIN = ZoneInfo("Europe/Berlin")
D = Decimal


# --- Reading the exports ------------------------------------------------------------------------------------------------

FIELDS = {
    "identity": ["uniqueId", "event_id", "id", "transaction_id", "identifier"],
    "customer": ["customerId", "customer_id", "subject", "external_customer_id", "external_subscription_id",
                 "stripe_customer_id"],
    "project": ["project_id", "projectId"],
    "meter": ["meterApiName", "meter", "code", "event_name", "type"],
    "value": ["meterValue", "value", "quantity"],
    "time": ["meterTimeInMillis", "timestamp", "time", "created"],
}
SERVICE_DESK = {"identity": ["Beleg"], "customer": ["Kunde"], "project": ["Projekt"], "meter": ["Zähler"],
                "value": ["Menge"], "time": ["Zeitpunkt"]}
CONTAINERS = ["properties", "data", "payload", "dimensions"]
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
METERS = {"api-calls", "egress-gb", "compute-hours", "storage-gb", "seats", "build-jobs", "active-users",
          "handbook-downloads", "monitor-checks", "support-hours"}


def instant(text, zone):
    """Nanoseconds since 1970; a time without a zone needs the source's."""
    if re.fullmatch(r"-?\d+", text):
        n = int(text)
        for limit, factor in [(10**11, 10**9), (10**14, 10**6), (10**17, 10**3)]:
            if abs(n) < limit:
                return n * factor
        return n
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?", text)
    if not parts:
        raise ValueError("time")
    when = datetime.fromisoformat(parts[1] + "T" + parts[2])
    if parts[4] is None:
        if zone is None:
            raise ValueError("zone")
        when = when.replace(tzinfo=zone)
    elif parts[4] == "Z":
        when = when.replace(tzinfo=timezone.utc)
    else:
        sign = -1 if parts[4][0] == "-" else 1
        when = when.replace(tzinfo=timezone(sign * timedelta(hours=int(parts[4][1:3]), minutes=int(parts[4][4:6]))))
    seconds = (when - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(seconds=1)
    return seconds * 10**9 + int((parts[3] or "").ljust(9, "0") or 0)


def records(text):
    """The rows of an export as dictionaries of texts; nothing for a row that has no such shape."""
    if text.lstrip()[:1] == "[":
        yield from (flat(entry) for entry in json.loads(text, parse_float=str, parse_int=str))
    elif text.lstrip()[:1] == "{":
        for line in text.splitlines():
            try:
                yield flat(json.loads(line, parse_float=str, parse_int=str))
            except ValueError:
                yield None
    else:
        rows = csv.reader(io.StringIO(text, newline=""))
        header = next(rows)
        for row in rows:
            yield dict(zip(header, row)) if len(row) == len(header) else None


def flat(entry):
    """Members of `data`, `properties` and so on beside the others; the outer ones count first."""
    result = {}
    for name in CONTAINERS:
        if isinstance(entry.get(name), dict):
            result.update(entry[name])
    result.update((k, v) for k, v in entry.items() if not isinstance(v, dict))
    return result


def events(customers):
    """Every event of the wanted customers, once. `customers`: id → (project ids, default project)."""
    known, hashes, result = {}, set(), []
    counts = defaultdict(int)
    for folder, _, names in sorted(os.walk(os.path.join(HERE, "inbox", "meters"))):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as stream:
                data = stream.read()
            digest = hashlib.sha256(data).digest()
            if digest in hashes:
                counts["the same file again"] += 1
                continue
            hashes.add(digest)
            if data[:2] == b"\x1f\x8b":
                data = gzip.decompress(data)
            desk = name.startswith("service-desk-")
            for row in records(data.decode("utf-8-sig")):
                counts["rows"] += 1
                event = understood(row, SERVICE_DESK if desk else FIELDS, BERLIN if desk else None, customers)
                if isinstance(event, str):
                    counts[event] += 1
                    continue
                key = (desk, event.pop("identity"))
                if key in known:
                    counts["duplicate" if known[key] == event else "conflict"] += 1
                    continue
                known[key] = event
                result.append(event)
                counts["kept"] += 1
    return result, counts


def understood(row, names, zone, customers):
    """An event, or why the row is none."""
    if row is None:
        return "broken row"
    got = {}
    for field, candidates in names.items():
        got[field] = next((row[c] for c in candidates if c in row), "")
    taken = {c for candidates in names.values() for c in candidates}
    if not all(got[f] for f in ("customer", "meter", "value", "time")):
        return "missing field"
    if not NUMBER.fullmatch(got["value"]):
        return "bad number"
    try:
        got["time"] = instant(got["time"], zone)
    except ValueError:
        return "bad time"
    if got["customer"] not in customers:
        return "other customer"
    if got["meter"] not in METERS:
        return "unknown meter"
    projects, default = customers[got["customer"]]
    got["project"] = got["project"] or default
    if got["project"] not in projects:
        return "unknown project"
    got["value"] = D(got["value"])
    got["dimensions"] = {k: v for k, v in row.items() if k not in taken and v}
    # What an envelope says about itself is no dimension.
    for name in ("specversion", "source", "object", "livemode", "Bearbeiter"):
        got["dimensions"].pop(name, None)
    return got


def local_day(event, zone):
    when = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=event["time"] // 1000)
    return when.astimezone(zone).date()


def aws_costs(account):
    """Billed cost by service and by kind, of one account; mail is the seller's (accounts.yaml, rules)."""
    folder = os.path.join(HERE, "inbox/providers/aws/kaikante-cur/20261001-20261101")
    with open(os.path.join(folder, "kaikante-cur-Manifest.json"), encoding="utf-8") as stream:
        manifest = json.load(stream)
    services, passed = defaultdict(D), D(0)
    for key in manifest["reportKeys"]:
        with gzip.open(os.path.join(folder, *key.split("/")[-2:]), "rt", encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                service, kind = row["product/ProductName"], row["lineItem/LineItemType"]
                if row["lineItem/UsageAccountId"] != account or service == "Amazon Simple Email Service":
                    continue
                if kind in ("Tax", "Credit"):
                    passed += D(row["lineItem/UnblendedCost"])
                else:
                    services[service] += D(row["lineItem/UnblendedCost"])
    return services, passed


def dollar_rate(day):
    with open(os.path.join(HERE, "catalog/exchange-rates.csv"), encoding="utf-8", newline="") as stream:
        return next(D(r["rate"]) for r in csv.DictReader(stream)
                    if (r["date"], r["from"], r["to"]) == (day, "USD", "EUR"))


# --- Money ---------------------------------------------------------------------------------------------------------------

def cents(amount):
    """Rounded half away from zero, as every line is."""
    return int((amount * 100).quantize(D(1), ROUND_HALF_UP))


def money(value):
    return "%s%d.%02d" % ("-" if value < 0 else "", abs(value) // 100, abs(value) % 100)


def shared_out(amount, weights):
    """Largest remainder: cut down to cents, then the cents left over to the largest remainders, ties to the earlier."""
    weights = [max(0, w) for w in weights]
    whole = sum(weights)
    if whole == 0:
        return [amount] + [0] * (len(weights) - 1)
    size = abs(amount)
    parts = [size * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in order[:size - sum(parts)]:
        parts[i] += 1
    return [-p if amount < 0 else p for p in parts]


def shared_out_next_to(amount, shares):
    """Tax: each line gets its own share cut down to cents, the cents left over go to the largest fractions."""
    floors = [math.floor(s * 100) for s in shares]
    order = sorted(range(len(shares)), key=lambda i: (-(shares[i] * 100 - floors[i]), i))
    for i in order[:max(0, amount - sum(floors))]:
        floors[i] += 1
    return floors


class Line:
    def __init__(self, project, item, text, quantity, unit, price, exact, tax=19, discountable=True, prepayable=True):
        self.project, self.item, self.text, self.quantity, self.unit, self.price = project, item, text, quantity, unit, price
        self.exact, self.tax_rate, self.discountable, self.prepayable = exact, tax, discountable, prepayable
        self.gross = cents(exact)
        self.discounts, self.credits, self.prepaid, self.tax = [], [], [], 0

    @property
    def net(self):
        return self.gross - sum(self.discounts)

    @property
    def taxable(self):
        return self.net - sum(self.credits)

    @property
    def due(self):
        return self.taxable + self.tax - sum(self.prepaid)


# --- hafenrad, October 2026 -----------------------------------------------------------------------------------------------

PROJECTS = ["hafenrad-tracking", "hafenrad-webshop", "hafenrad-archive"]
FIRST, AFTER = date(2026, 10, 1), date(2026, 11, 1)


def usage_lines(found):
    lines = []
    chosen = [e for e in found if FIRST <= local_day(e, BERLIN) < AFTER]

    def slices(meter, where=None, split=None):
        """By project and value of the split dimension."""
        groups = defaultdict(list)
        for e in chosen:
            if e["meter"] == meter and (where is None or e["dimensions"].get(where[0]) in where[1]):
                groups[(e["project"], e["dimensions"].get(split, "") if split else "")].append(e)
        return [(project, label, groups[project, label]) for project, label in sorted(groups)]

    def total(events_):
        return sum((e["value"] for e in events_), D(0))

    def per_unit(item, name, unit, meter, price, included=D(0), where=None, split=None, quantity=total, **more):
        for project, label, events_ in slices(meter, where, split):
            n = quantity(events_)
            text = name + (" (%s)" % label if label else "")
            free = min(n, included)
            if free > 0:
                lines.append(Line(project, item, text + ", included", free, unit, D(0), D(0), **more))
            if n > free:
                lines.append(Line(project, item, text, n - free, unit, price, (n - free) * price, **more))

    # API requests: graduated, 250,000 calls a project included.
    tiers = [(D(500000), D("0.000065"), None), (D(2000000), D("0.0000425"), None), (None, D("0.0000195"), D(5))]
    for project, _, events_ in slices("api-calls", ("endpoint", ["rest", "stream"])):
        n = total(events_)
        free = min(n, D(250000))
        lines.append(Line(project, "api-requests", "API requests, included", free, "calls", D(0), D(0)))
        n -= free
        lower = D(0)
        for upper, price, flat_ in tiers:
            if n <= lower:
                break
            inside = (n if upper is None else min(upper, n)) - lower
            name = "first %s" % upper if lower == 0 else ("over %s" % lower if upper is None else "%s to %s" % (lower, upper))
            lines.append(Line(project, "api-requests", "API requests, " + name, inside, "calls", price, inside * price))
            if flat_ is not None:
                lines.append(Line(project, "api-requests", "API requests, %s, flat" % name, D(1), "tier", flat_, flat_))
            lower = upper
    per_unit("api-batch", "API batch requests", "calls", "api-calls", D("0.0000217"), where=("endpoint", ["batch"]))
    per_unit("egress", "Outgoing traffic", "GB", "egress-gb", D("0.0695"), D(50))
    per_unit("compute", "Compute", "h", "compute-hours", D("0.0545"), where=("size", ["small", "medium", "large"]),
             split="region")
    per_unit("compute-gpu", "GPU compute", "h", "compute-hours", D("1.95"), where=("size", ["gpu"]))
    per_unit("storage", "Storage, highest level", "GB", "storage-gb", D("0.0285"), D(100), split="class",
             quantity=lambda events_: max(e["value"] for e in events_))
    # Seats: the last level, and the tier that it reaches prices all of them.
    for project, _, events_ in slices("seats"):
        n = max((e["time"], e["value"]) for e in events_)[1]
        price, flat_ = (D(12), None) if n <= 10 else (D("10.50"), None) if n <= 50 else (D(9), D(20))
        lines.append(Line(project, "seats", "Console seats", n, "seats", price, n * price))
        if flat_ is not None:
            lines.append(Line(project, "seats", "Console seats, flat", D(1), "tier", flat_, flat_))
    # Build jobs: started blocks of 100.
    for project, _, events_ in slices("build-jobs"):
        blocks = -(-len(events_) // 100)
        lines.append(Line(project, "build-jobs", "Build jobs (%d)" % len(events_), D(blocks), "100 jobs", D("3.90"),
                          blocks * D("3.90")))
    per_unit("active-users", "Single sign-on, active users", "users", "active-users", D("0.35"), D(25),
             quantity=lambda events_: D(len({e["dimensions"]["user"] for e in events_})))
    per_unit("handbook", "Handbook (e-book)", "copies", "handbook-downloads", D("4.20"),
             quantity=lambda events_: D(len(events_)), tax=7, discountable=False)
    lines.append(Line(None, "monitoring", "Monitoring", D(1), "month", D(29), D(29)))
    return lines


def other_lines():
    lines = []
    # AWS: dollars at the rate of 31 October, 8.5 % on top; taxes and credits as they are.
    rate = dollar_rate("2026-10-31")
    services, passed = aws_costs("004512349876")
    for service in sorted(services):
        cost = services[service] * rate
        lines.append(Line("hafenrad-webshop", "aws", "Amazon Web Services (%s)" % service, cost, "EUR cost", D("1.085"),
                          cost * D("1.085")))
    lines.append(Line("hafenrad-webshop", "aws-pass-through", "Amazon Web Services, taxes and credits", passed * rate,
                      "EUR cost", D(1), passed * rate, discountable=False))
    # Fees: the desk for October, the base fee for November in advance.
    lines.append(Line(None, "desk", "Service desk", D(1), "month", D(120), D(120), discountable=False))
    lines.append(Line(None, "base", "Base fee for November, in advance", D(1), "month", D(490), D(490)))
    # Add-ons: two addresses for 20 of 31 days; the audit log whole.
    lines.append(Line("hafenrad-webshop", "dedicated-ip", "Dedicated IP address, 20 of 31 days", round(D(2) * 20 / 31, 6), "month", D("9.90"),
                      2 * D("9.90") * 20 / 31))
    lines.append(Line(None, "audit-log", "Audit log retention", D(1), "month", D(35), D(35)))
    return lines


def invoice():
    customers = {"hafenrad": (PROJECTS, "hafenrad-tracking")}
    found, counts = events(customers)
    lines = usage_lines(found) + other_lines()
    steps = []

    def take(title, amount, places, base, list_name):
        for line, part in zip(places, shared_out(amount, [base(l) for l in places])):
            getattr(line, list_name).append(part)
        steps.append((title, amount))

    # 1. The promotion for items: 10 % of API requests and batch requests, at most 40.
    places = [l for l in lines if l.item in ("api-requests", "api-batch")]
    basis = sum(l.net for l in places)
    take("API launch offer, 10 %% of %s, at most 40.00" % money(basis), min(cents(D(basis) / 1000), 4000), places,
         lambda l: l.net, "discounts")
    # 2. The promotion for the invoice: 3 % of what is discountable, after the first.
    places = [l for l in lines if l.discountable]
    basis = sum(l.net for l in places)
    take("Loyalty discount, 3 %% of %s" % money(basis), cents(D(basis) * 3 / 10000), places, lambda l: l.net, "discounts")
    # 3. Promotional credit lowers the net amount.
    basis = sum(l.taxable for l in lines)
    take("Promotional credit, the smaller of 150.00 and %s" % money(basis), min(15000, basis), lines,
         lambda l: l.taxable, "credits")
    # 4. Tax, once per rate on that rate's sum.
    for percent in (19, 7):
        places = [l for l in lines if l.tax_rate == percent]
        basis = sum(l.taxable for l in places)
        tax = cents(D(basis) * percent / 10000)
        parts = shared_out_next_to(tax, [D(l.taxable) * percent / 10000 for l in places])
        assert sum(parts) == tax
        for line, part in zip(places, parts):
            line.tax = part
        steps.append(("VAT %d %% of %s" % (percent, money(basis)), tax))
    # 5. Prepaid credit settles the total.
    places = [l for l in lines if l.prepayable]
    basis = sum(l.due for l in places)
    take("Prepaid 2026, the smaller of 800.00 and %s" % money(basis), min(80000, basis), places, lambda l: l.due, "prepaid")
    return lines, steps, counts


def project_totals(lines):
    """Each project's own lines, and its share of every shared one by what its own lines come to (net)."""
    totals = {p: [0] * 7 for p in PROJECTS}

    def add(project, gross, discount, credit, tax, prepaid):
        row = totals[project]
        for i, value in enumerate([gross, discount, gross - discount, credit, tax, prepaid,
                                   gross - discount - credit + tax - prepaid]):
            row[i] += value

    for l in lines:
        if l.project:
            add(l.project, l.gross, sum(l.discounts), sum(l.credits), l.tax, sum(l.prepaid))
    weights = [totals[p][2] for p in PROJECTS]
    for l in (l for l in lines if l.project is None):
        gross = shared_out(l.gross, weights)
        left = list(gross)
        taken = {}
        for name, amounts in (("discount", l.discounts), ("credit", l.credits), ("tax", [l.tax]), ("prepaid", l.prepaid)):
            taken[name] = [0] * len(PROJECTS)
            for amount in amounts:
                parts = shared_out(amount, [abs(w) for w in left])
                for i, part in enumerate(parts):
                    taken[name][i] += part
                    left[i] += part if name == "tax" else -part
        for i, p in enumerate(PROJECTS):
            add(p, gross[i], taken["discount"][i], taken["credit"][i], taken["tax"][i], taken["prepaid"][i])
    return totals


def plain(value):
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def report():
    lines, steps, counts = invoice()
    out = ["| project | line | quantity | unit | unit price | gross | discount | net |",
           "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: |"]
    for project in PROJECTS + [None]:
        for l in lines:
            if l.project == project:
                out.append("| %s | %s | %s | %s | %s | %s | %s | %s |" % (
                    project or "shared", l.text, plain(l.quantity), l.unit, plain(l.price), money(l.gross),
                    money(sum(l.discounts)), money(l.net)))
    gross, net = sum(l.gross for l in lines), sum(l.net for l in lines)
    out += ["", "| step | amount in EUR |", "| --- | ---: |", "| sum of lines, gross | %s |" % money(gross)]
    after = {1: ("net", net), 2: ("total without tax", sum(l.taxable for l in lines)),
             4: ("total with tax", sum(l.taxable + l.tax for l in lines))}
    for number, (title, amount) in enumerate(steps):
        out.append("| %s | %s%s |" % (title, "" if title.startswith("VAT") else "− ", money(amount)))
        if number in after:
            out.append("| **%s** | **%s** |" % (after[number][0], money(after[number][1])))
    due = sum(l.due for l in lines)
    out.append("| **amount due** | **%s** |" % money(due))
    totals = project_totals(lines)
    out += ["", "| project | gross | discount | net | credit | tax | prepaid | due |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for p in PROJECTS:
        out.append("| %s | %s |" % (p, " | ".join(money(v) for v in totals[p])))
    sums = [sum(totals[p][i] for p in PROJECTS) for i in range(7)]
    out.append("| **together** | %s |" % " | ".join("**%s**" % money(v) for v in sums))
    assert sums[6] == due and sums[2] == net and sums[0] == gross
    out += ["", "Rows read: %d, of which %d are kept for hafenrad and %d are duplicates of those." % (
        counts["rows"], counts["kept"], counts["duplicate"])]
    return "\n".join(out) + "\n"


BEGIN, END = "<!-- figures: written by recalculate.py -->", "<!-- figures: end -->"


def main():
    if sys.argv[1:] not in ([], ["--check"], ["--write"]):
        sys.exit("usage: recalculate.py [--check | --write]")
    figures = report()
    if not sys.argv[1:]:
        print(figures, end="")
        return
    path = os.path.join(HERE, "by-hand.md")
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    wanted = before + BEGIN + "\n\n" + figures + "\n" + END + after
    if sys.argv[1] == "--check":
        if wanted != text:
            sys.exit("by-hand.md shows other figures: python3 samples/recalculate.py --write")
    else:
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(wanted)


if __name__ == "__main__":
    main()
