#!/usr/bin/env python3
"""Writes the sample workspace's exports: inbox/, catalog/exchange-rates.csv and the figures in README.md.

Everything is invented. The same bytes come out every time: the numbers are from a generator of its own, all arithmetic is
in integers and decimals, and gzip gets neither a time nor a name.

    python3 samples/generate.py            writes
    python3 samples/generate.py --check    exits 1 when a file is not what would be written
"""

import gzip
import hashlib
import io
import os
import sys
from decimal import Decimal, Context, ROUND_HALF_EVEN

HERE = os.path.dirname(os.path.abspath(__file__))
MASK = (1 << 64) - 1
EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN)


class Draws:
    """SplitMix64. Streams of different names are independent, so that a change to one leaves the others alone."""

    def __init__(self, name):
        self.state = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def pick(self, weighted):
        """One of [(value, weight)]."""
        n = self.below(sum(weight for _, weight in weighted))
        for value, weight in weighted:
            if n < weight:
                return value
            n -= weight
        raise AssertionError

    def hex(self, digits):
        text = ""
        while len(text) < digits:
            text += "%016x" % self.next()
        return text[:digits]

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


def fixed(units, digits):
    """1234, 3 → 1.234"""
    sign = "-" if units < 0 else ""
    text = str(abs(units)).rjust(digits + 1, "0")
    return sign + (text if digits == 0 else text[:-digits] + "." + text[-digits:])


# --- Time: milliseconds since 1970, by integers --------------------------------------------------------------------------

HOUR = 3_600_000
DAY = 24 * HOUR


def days_from_civil(year, month, day):
    """Days since 1970-01-01 (Howard Hinnant's algorithm)."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def civil(days):
    days += 719468
    era = days // 146097
    of_era = days - era * 146097
    of_cycle = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * of_cycle + of_cycle // 4 - of_cycle // 100)
    mp = (5 * of_year + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return of_cycle + era * 400 + (month <= 2), month, of_year - (153 * mp + 2) // 5 + 1


def at(year, month, day, hour=0, minute=0, second=0, milli=0):
    return days_from_civil(year, month, day) * DAY + hour * HOUR + minute * 60_000 + second * 1000 + milli


def iso_day(days):
    return "%04d-%02d-%02d" % civil(days)


def clock(ms, separator="T"):
    rest = ms % DAY
    return "%s%s%02d:%02d:%02d" % (
        iso_day(ms // DAY), separator, rest // HOUR, rest // 60_000 % 60, rest // 1000 % 60)


def rfc3339(ms, offset_hours=0):
    text = clock(ms + offset_hours * HOUR)
    if ms % 1000:
        text += ".%03d" % (ms % 1000)
    return text + ("Z" if offset_hours == 0 else "%+03d:00" % offset_hours)


SUMMER_ENDS_BERLIN = at(2026, 10, 25, 1)


def offset(zone, ms):
    """Hours east of Greenwich, for instants of July to December 2026 (and Berlin's winter before)."""
    if zone == "berlin":
        summer = at(2026, 3, 29, 1) <= ms < SUMMER_ENDS_BERLIN or ms < at(2025, 10, 26, 1)
        return 2 if summer else 1
    return {"new_york": -4, "tokyo": 9, "seoul": 9}[zone]


def local(zone, year, month, day, hour=0, minute=0, second=0, milli=0):
    wall = at(year, month, day, hour, minute, second, milli)
    ms = wall - offset(zone, wall) * HOUR
    return wall - offset(zone, ms) * HOUR


# --- Files ---------------------------------------------------------------------------------------------------------------

files = {}


def put(path, text, compress=False):
    data = text.encode("utf-8")
    if compress:
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
            stream.write(data)
        data = bytearray(buffer.getvalue())
        data[9] = 255  # the operating system: unknown
        data = bytes(data)
    assert path not in files
    files[path] = data


def csv_field(text):
    if any(c in text for c in ',"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_row(fields):
    return ",".join(csv_field(f) for f in fields)


def json_text(text):
    out = '"'
    for c in text:
        if c in '"\\':
            out += "\\" + c
        elif ord(c) < 32:
            out += "\\u%04x" % ord(c)
        else:
            out += c
    return out + '"'


def json_object(pairs):
    return "{" + ",".join(json_text(k) + ":" + v for k, v in pairs if v is not None) + "}"


# --- Usage events --------------------------------------------------------------------------------------------------------

class Event:
    """One thing that happened. `value` is text: exports differ in how they write numbers, and no digit is lost."""

    __slots__ = ("id", "customer", "project", "meter", "value", "ms", "dimensions")

    def __init__(self, id, customer, project, meter, value, ms, dimensions=()):
        self.id, self.customer, self.project, self.meter = id, customer, project, meter
        self.value, self.ms, self.dimensions = value, ms, tuple(dimensions)

    def replaced(self, **changes):
        copy = Event(self.id, self.customer, self.project, self.meter, self.value, self.ms, self.dimensions)
        for key, value in changes.items():
            setattr(copy, key, value)
        return copy


# customer, project, zone, regions, then per local day: API events and calls an event, traffic, compute, GPU, storage
class Site:
    def __init__(self, customer, project, zone, regions, calls, egress, compute, gpu=0, storage=(), named=True):
        self.customer, self.project, self.zone, self.regions = customer, project, zone, regions
        self.calls, self.egress, self.compute, self.gpu, self.storage = calls, egress, compute, gpu, storage
        self.named = named


FRANKFURT, DUBLIN, ZURICH = "eu-central-1", "eu-west-1", "Zürich, Rechenzentrum West"
VIRGINIA, OREGON, TOKYO, SEOUL = "us-east-1", "us-west-2", "ap-northeast-1", "ap-northeast-2"

SITES = [
    # calls: (events a day, calls an event at most); egress: (events a day, MB at most); compute: (events a day, 1/1000 h)
    Site("hafenrad", "hafenrad-tracking", "berlin", [(FRANKFURT, 7), (DUBLIN, 3)], (44, 4900), (12, 1600), (7, 4000),
         storage=[("hot", 640, 9), ("cold", 2100, 3)]),
    Site("hafenrad", "hafenrad-webshop", "berlin", [(FRANKFURT, 8), (ZURICH, 2)], (36, 1720), (10, 2600), (6, 6000),
         storage=[("hot", 310, 4)]),
    Site("hafenrad", "hafenrad-archive", "berlin", [(FRANKFURT, 1)], (6, 600), (3, 260), (1, 900),
         storage=[("cold", 5400, 11)]),
    Site("tulpveld", "tulpveld-cms", "berlin", [(DUBLIN, 1)], (26, 1600), (8, 1250), (4, 3000),
         storage=[("hot", 120, 2)], named=False),
    Site("tulpveld", "tulpveld-video", "berlin", [(DUBLIN, 2), (FRANKFURT, 1)], (24, 1100), (18, 13000), (7, 8000),
         storage=[("hot", 900, 21)]),
    Site("quillpeak", "quillpeak-fleet", "new_york", [(VIRGINIA, 3), (OREGON, 1)], (48, 26000), (10, 5600), (16, 9000),
         storage=[("hot", 2400, 15)]),
    Site("quillpeak", "quillpeak-vision", "new_york", [(OREGON, 1)], (22, 5000), (12, 9000), (8, 5000), gpu=6,
         storage=[("hot", 7100, 60), ("cold", 15000, 90)]),
    Site("quillpeak", "quillpeak-sim", "new_york", [(VIRGINIA, 1)], (10, 2100), (4, 1500), (12, 12000), gpu=2),
    Site("mikan", "mikan-app", "tokyo", [(TOKYO, 5), (SEOUL, 1)], (44, 8200), (10, 5100), (8, 6000),
         storage=[("hot", 480, 6)]),
    Site("mikan", "mikan-lab", "tokyo", [(TOKYO, 1)], (8, 2500), (4, 2500), (6, 7000), storage=[("hot", 220, 7)]),
    Site("moraeseom", "moraeseom-arena", "seoul", [(SEOUL, 3), (TOKYO, 1)], (44, 2600), (8, 6200), (6, 5000), gpu=1,
         storage=[("hot", 1500, 10)]),
    Site("moraeseom", "moraeseom-puzzle", "seoul", [(SEOUL, 1)], (16, 1800), (6, 1300), (3, 3000)),
    Site("kiosk-elbblick", "kiosk-elbblick", "berlin", [(FRANKFURT, 1)], (9, 900), (3, 160), (0, 0), named=False),
]


def busy_moment(draws, zone, year_month_day):
    """An instant of a local day; three in four between 8 and 20 o'clock."""
    hour = draws.between(8, 19) if draws.chance(75) else draws.below(24)
    return local(zone, *year_month_day, hour, draws.below(60), draws.below(60), draws.below(1000))


def site_events(site, days):
    draws = Draws("site " + site.project)
    events = []

    def add(meter, value, ms, dimensions):
        project = site.project if site.named else ""
        events.append(Event("%s-%s" % (meter[:3], draws.hex(16)), site.customer, project, meter, value, ms, dimensions))

    for index, day in enumerate(days):
        date = civil(day)
        for _ in range(site.calls[0]):
            endpoint = draws.pick([("rest", 78), ("stream", 12), ("batch", 10)])
            ms = busy_moment(draws, site.zone, date)
            add("api-calls", str(draws.between(site.calls[1] // 10, site.calls[1])), ms,
                [("region", draws.pick(site.regions)), ("endpoint", endpoint)])
        for _ in range(site.egress[0]):
            ms = busy_moment(draws, site.zone, date)
            # A few tiny ones in E-notation, the others with six to nine digits after the point.
            if draws.chance(3):
                value = "%d.%dE-%d" % (draws.between(1, 9), draws.below(10**6), draws.between(3, 7))
            else:
                digits = draws.between(6, 9)
                value = fixed(draws.between(1, site.egress[1] * 10 ** (digits - 3)), digits)
            add("egress-gb", value, ms, [("region", draws.pick(site.regions))])
        for _ in range(site.compute[0]):
            ms = busy_moment(draws, site.zone, date)
            size = draws.pick([("small", 5), ("medium", 3), ("large", 2)])
            add("compute-hours", fixed(draws.between(1, site.compute[1]), 3), ms,
                [("region", draws.pick(site.regions)), ("size", size)])
        for _ in range(site.gpu):
            ms = busy_moment(draws, site.zone, date)
            add("compute-hours", fixed(draws.between(250, 4000), 3), ms,
                [("region", draws.pick(site.regions)), ("size", "gpu")])
        for kind, start, growth in site.storage:
            ms = local(site.zone, *date, 3, 30, draws.below(60), draws.below(1000))
            level = start * 1000 + index * growth * 1000 + draws.between(-growth * 2500, growth * 2500)
            add("storage-gb", fixed(level, 3), ms, [("class", kind)])
    return events


def boundary_events():
    """Events at the very edges of local days: what counts for October depends on the customer's zone."""
    def edge(n, customer, project, zone, *date, value):
        return Event("edge-%02d" % n, customer, project, "api-calls", value, local(zone, *date),
                     [("region", FRANKFURT), ("endpoint", "rest")])
    return [
        edge(1, "hafenrad", "hafenrad-tracking", "berlin", 2026, 10, 1, value="101"),
        edge(2, "hafenrad", "hafenrad-tracking", "berlin", 2026, 9, 30, 23, 59, 59, 999, value="100003"),
        edge(3, "hafenrad", "hafenrad-tracking", "berlin", 2026, 10, 31, 23, 59, 59, 999, value="307"),
        edge(4, "hafenrad", "hafenrad-tracking", "berlin", 2026, 11, 1, value="100019"),
        # Twice 02:30 on the night when summer time ends.
        edge(5, "hafenrad", "hafenrad-tracking", "berlin", 2026, 10, 25, 2, 30, value="211"),
        edge(6, "hafenrad", "hafenrad-tracking", "berlin", 2026, 10, 25, 2, 30, value="223").replaced(
            ms=local("berlin", 2026, 10, 25, 2, 30) + HOUR),
        edge(7, "quillpeak", "quillpeak-fleet", "new_york", 2026, 10, 31, 23, 59, 59, 999, value="401"),
        edge(8, "quillpeak", "quillpeak-fleet", "new_york", 2026, 9, 30, 23, 59, 59, 999, value="100043"),
        edge(9, "mikan", "mikan-app", "tokyo", 2026, 10, 1, value="503"),
        edge(10, "mikan", "mikan-app", "tokyo", 2026, 11, 1, value="100049"),
        edge(11, "moraeseom", "moraeseom-arena", "seoul", 2026, 10, 26, value="100057"),
        edge(12, "kiosk-elbblick", "", "berlin", 2026, 10, 15, value="4001"),
    ]


OCTOBER = list(range(days_from_civil(2026, 10, 1), days_from_civil(2026, 11, 1)))
WEEK_40 = list(range(days_from_civil(2026, 9, 28), days_from_civil(2026, 10, 5)))


def people_events():
    """Seats, sign-ins, build jobs, monitoring, handbooks: meters that count rather than add."""
    draws = Draws("people")
    seats, sign_ins, jobs, checks, books = [], [], [], [], []
    levels = [("hafenrad", "hafenrad-tracking", "berlin", 31), ("hafenrad", "hafenrad-webshop", "berlin", 8),
              ("quillpeak", "quillpeak-fleet", "new_york", 84), ("quillpeak", "quillpeak-vision", "new_york", 22)]
    for customer, project, zone, level in levels:
        for day in OCTOBER[::2]:
            if draws.chance(60) or day == OCTOBER[0]:
                level = max(1, level + draws.between(-1, 2))
                seats.append(Event("seat-" + draws.hex(12), customer, project, "seats", str(level),
                                   busy_moment(draws, zone, civil(day))))
    names = ["jörg", "zoë", "łukasz", "søren", "françois", "悠斗", "서연", "amélie", "björn", "chloé", "d'arcy", "müller, k."]
    crowds = [("hafenrad", "hafenrad-webshop", "berlin", 64, 16), ("quillpeak", "quillpeak-fleet", "new_york", 140, 22),
              ("mikan", "mikan-app", "tokyo", 90, 14), ("moraeseom", "moraeseom-arena", "seoul", 220, 20)]
    for customer, project, zone, people, a_day in crowds:
        for day in OCTOBER:
            for _ in range(a_day):
                n = draws.below(people)
                user = "%s-%d" % (names[n % len(names)], n)
                sign_ins.append(Event("log-" + draws.hex(14), customer, project, "active-users", "1",
                                      busy_moment(draws, zone, civil(day)), [("user", user)]))
    for customer, project, zone, a_day in [("hafenrad", "hafenrad-webshop", "berlin", 13),
                                           ("quillpeak", "quillpeak-sim", "new_york", 21),
                                           ("mikan", "mikan-lab", "tokyo", 7)]:
        for day in OCTOBER:
            for _ in range(draws.between(a_day // 2, a_day + a_day // 2)):
                jobs.append(Event("job-" + draws.hex(14), customer, project, "build-jobs", str(draws.between(20, 900)),
                                  busy_moment(draws, zone, civil(day)),
                                  [("runner", draws.pick([("linux", 7), ("macOS", 2), ("Windows", 1)]))]))
    for day in OCTOBER:
        for hour in range(0, 24, 2):
            checks.append(Event("mon-" + draws.hex(10), "hafenrad", "hafenrad-tracking", "monitor-checks", "1",
                                local("berlin", *civil(day), hour, 17 if hour == 2 else 5)))
    titles = ["Handbuch, Teil 1: Größen & Maße", 'Handbuch, Teil 2: "Zoll"', "Kurzanleitung"]
    for customer, project, count in [("hafenrad", "hafenrad-webshop", 34), ("kiosk-elbblick", "", 19)]:
        for _ in range(count):
            books.append(Event("book-" + draws.hex(10), customer, project, "handbook-downloads", "1",
                               busy_moment(draws, "berlin", civil(OCTOBER[draws.below(31)])),
                               [("title", titles[draws.below(3)])]))
    return seats, sign_ins, jobs, checks, books


def long_period_events():
    """What the quarterly and the yearly plan bill: months of storage levels, seats and support."""
    draws = Draws("long periods")
    levels, desk = [], []

    def add(list_, customer, project, meter, value, ms, dimensions):
        list_.append(Event("lp-" + draws.hex(12), customer, project, meter, value, ms, dimensions))

    for n, day in enumerate(range(days_from_civil(2025, 10, 15), days_from_civil(2026, 11, 1), 3)):
        add(levels, "stadtarchiv", "stadtarchiv-akten", "storage-gb", fixed(702_000 + n * 3125 + draws.below(900), 3),
            local("berlin", *civil(day), 4, 15), [("class", "cold")])
    for n, day in enumerate(range(days_from_civil(2026, 7, 20), days_from_civil(2026, 11, 1))):
        add(levels, "windfeld", "windfeld-leitwarte", "storage-gb", fixed(1_930_000 + n * 2250 + draws.below(4000), 3),
            local("berlin", *civil(day), 4, 40), [("class", "hot")])
        if n % 9 == 0:
            add(levels, "windfeld", "windfeld-leitwarte", "seats", str(14 + n // 20), local("berlin", *civil(day), 9), [])
    topics = [("Einrichtung", 2), ("Störung", 5), ("Beratung, vor Ort", 2)]
    for customer, project, first, last, every in [
        ("stadtarchiv", "stadtarchiv-akten", (2025, 10, 20), (2026, 10, 31), 17),
        ("windfeld", "windfeld-leitwarte", (2026, 7, 22), (2026, 10, 31), 4)]:
        day = days_from_civil(*first)
        while day <= days_from_civil(*last):
            minutes = draws.between(1, 12) * 15
            add(desk, customer, project, "support-hours", fixed(minutes * 100 // 60, 2),
                local("berlin", *civil(day), draws.between(8, 17), draws.below(60)), [("topic", draws.pick(topics))])
            day += draws.between(every // 2, every + every // 2)
    return levels, desk


# How exports write events -------------------------------------------------------------------------------------------------

def csv_export(names, dimensions, events, time=rfc3339):
    """CSV with the columns `names` (identity, customer, project, meter, value, time) and one per dimension."""
    lines = [csv_row(list(names) + list(dimensions))]
    for e in events:
        known = dict(e.dimensions)
        lines.append(csv_row([e.id, e.customer, e.project, e.meter, e.value, time(e.ms)]
                             + [known.get(d, "") for d in dimensions]))
    return lines


def cloud_event(e):
    """CloudEvents 1.0, as OpenMeter takes them."""
    data = [("value", e.value), ("project_id", json_text(e.project) if e.project else None)]
    data += [(k, json_text(v)) for k, v in e.dimensions]
    return json_object([
        ("specversion", '"1.0"'), ("id", json_text(e.id)), ("source", '"gateway"'), ("type", json_text(e.meter)),
        ("subject", json_text(e.customer)), ("time", json_text(rfc3339(e.ms))), ("data", json_object(data))])


def lago_event(e):
    properties = [("value", json_text(e.value)), ("project_id", json_text(e.project) if e.project else None)]
    properties += [(k, json_text(v)) for k, v in e.dimensions]
    return json_object([
        ("transaction_id", json_text(e.id)), ("external_customer_id", json_text(e.customer)),
        ("code", json_text(e.meter)), ("timestamp", str(e.ms)), ("properties", json_object(properties))])


def stripe_event(e):
    payload = [("stripe_customer_id", json_text(e.customer)), ("value", json_text(e.value)),
               ("project_id", json_text(e.project) if e.project else None)]
    payload += [(k, json_text(v)) for k, v in e.dimensions]
    return json_object([
        ("object", '"billing.meter_event"'), ("identifier", json_text(e.id)), ("event_name", json_text(e.meter)),
        ("created", str(e.ms // 1000)), ("livemode", "true"), ("payload", json_object(payload))])


def array_entry(e):
    return json_object([
        ("event_id", json_text(e.id)), ("customer_id", json_text(e.customer)),
        ("projectId", json_text(e.project) if e.project else None), ("meter", json_text(e.meter)),
        ("quantity", e.value), ("time", json_text(rfc3339(e.ms))),
        ("dimensions", json_object([(k, json_text(v)) for k, v in e.dimensions]))])


bad_rows = []
row_counts = []  # file, rows, of them wrong on purpose
kept = {}  # meter → number of events, exact sum of their values


def keep(events):
    for e in events:
        count, value = kept.get(e.meter, (0, Decimal(0)))
        kept[e.meter] = (count + 1, EXACT.add(value, Decimal(e.value)))


def bad(path, lines, index, row, code, says):
    """Puts a row on purpose wrong before the row `index` and notes its line. Headers are line 1."""
    lines.insert(index, row)
    bad_rows.append([path, lines, row, code, says])


def count_rows():
    for path in sorted(files):
        if path.startswith("inbox/meters/"):
            lines = content(path, files[path]).decode("utf-8").splitlines()
            rows = len(lines) - (1 if ".csv" in path else 2 if path.endswith(".json") else 0)
            row_counts.append((path, rows, sum(1 for entry in bad_rows if entry[0] == path)))


def meter_exports():
    everything = [e for site in SITES for e in site_events(site, WEEK_40 + OCTOBER[4:] if site.customer == "moraeseom" else OCTOBER)]
    everything += boundary_events()
    seats, sign_ins, jobs, checks, books = people_events()
    levels, desk = long_period_events()
    everything.sort(key=lambda e: (e.ms, e.id))
    draws = Draws("deliveries")

    week40 = [e for e in everything if e.customer == "moraeseom" and e.ms < local("seoul", 2026, 10, 5)]
    taken = set(e.id for e in week40)
    rest = [e for e in everything if e.id not in taken]
    gateway = [e for e in rest if e.meter in ("api-calls", "egress-gb")]
    compute = [e for e in rest if e.meter == "compute-hours"]
    storage = [e for e in rest if e.meter == "storage-gb"] + levels

    # Late: some September events come in October's files, and some October events in a file of November.
    september = []
    for site in SITES[:5] + SITES[8:10] + SITES[12:]:
        for _ in range(3):
            date = (2026, 9, draws.between(21, 30))
            september.append(Event(
                "late-" + draws.hex(12), site.customer, site.project if site.named else "", "api-calls",
                str(draws.between(500, 900)), busy_moment(draws, site.zone, date),
                [("region", site.regions[0][0]), ("endpoint", "rest")]))
    candidates = [e for e in gateway if at(2026, 10, 29, 12) < e.ms < at(2026, 10, 31, 20) and not e.id.startswith("edge")]
    draws.shuffle(candidates)
    late = sorted(candidates[:16], key=lambda e: (e.ms, e.id))
    late_ids = set(e.id for e in late)
    gateway = [e for e in gateway if e.id not in late_ids]

    def part(first, last):
        return [e for e in gateway if at(2026, 10, first) <= e.ms < at(2026, 10, last) + DAY
                or (first == 1 and e.ms < at(2026, 10, 1)) or (last == 31 and e.ms >= at(2026, 11, 1))]

    first, second, third = part(1, 10), part(11, 20), part(21, 31)
    for n, e in enumerate(september):
        (first if n % 2 else second).insert(draws.below(3000), e)

    usual = ["uniqueId", "customerId", "projectId", "meterApiName", "meterValue", "meterTimeInMillis"]
    snake = ["event_id", "customer_id", "project_id", "event_name", "value", "timestamp"]

    keep(week40 + first + second + third + compute + storage)

    # Gateway, 1 to 10 October: the column names of Amberflo, milliseconds, gzip.
    path = "inbox/meters/gateway/usage-2026-10-01_10.csv.gz"
    lines = csv_export(usual, ["region", "endpoint"], first, time=str)
    put(path, "\n".join(lines) + "\n", compress=True)

    # 11 to 20 October: CloudEvents as JSON lines, gzip.
    path2 = "inbox/meters/gateway/usage-2026-10-11_20.jsonl.gz"
    lines2 = [cloud_event(e) for e in second]
    victim = second[700]
    bad(path2, lines2, 1400, cloud_event(victim)[:-14], "malformed-record",
        "cut off inside: not a JSON object")
    bad(path2, lines2, 2100,
        cloud_event(second[2100].replaced(id="bad-meter", meter="api-call")), "unknown-meter",
        'no meter is named "api-call"; nearest: "api-calls"')
    put(path2, "\n".join(lines2) + "\n", compress=True)

    # 21 to 31 October: plain CSV, RFC 3339, and most of the rows that are wrong on purpose.
    path3 = "inbox/meters/gateway/usage-2026-10-21_31.csv"
    lines3 = csv_export(snake, ["region", "endpoint"], third)
    sample = next(e for e in third if e.project == "hafenrad-tracking" and e.meter == "api-calls")

    def row(**changes):
        return csv_export(snake, ["region", "endpoint"], [sample.replaced(**changes)])[1]

    bad(path3, lines3, 301, row(id="bad-number", value="1,234.56"), "bad-number",
        '"1,234.56" is not a plain decimal number')
    bad(path3, lines3, 701, row(id="bad-date").replace(rfc3339(sample.ms), "2026-02-30T10:00:00Z"), "bad-time",
        "2026-02-30 does not exist")
    bad(path3, lines3, 1101, row(id="bad-customer", customer="hafenrat"), "unknown-customer",
        'no customer is named "hafenrat"; nearest: "hafenrad"')
    bad(path3, lines3, 1501, row(id="bad-value", value=""), "missing-field", "no value")
    bad(path3, lines3, 1901, row(id="bad-project", customer="hafenrad", project="hafenrad-shop"), "unknown-project",
        'the customer "hafenrad" has no project "hafenrad-shop"; nearest: "hafenrad-webshop"')
    bad(path3, lines3, 2101, row(id="bad-fields") + ",eu-west-1", "row-shape", "9 fields where the header has 8")
    bad(path3, lines3, 2301, row(id="bad-zone").replace(rfc3339(sample.ms), "2026-10-22 08:15:00"), "bad-time",
        "a time without a zone, and the file's source names none")
    conflict = next(e for n, e in enumerate(third) if n > 120 and n % 20 != 7 and e.meter == "api-calls")
    bad(path3, lines3, 2501,
        csv_export(snake, ["region", "endpoint"], [conflict.replaced(value=str(int(conflict.value) + 5000))])[1],
        "event-conflict", "")
    bad_rows[-1].append(conflict)
    put(path3, "\n".join(lines3) + "\n")

    # 300 events that came before, delivered again in another format.
    repeated = [e for n, e in enumerate(first) if n % 12 == 5][:180] + [e for n, e in enumerate(third) if n % 20 == 7][:120]
    put("inbox/meters/gateway/redelivery-2026-10-22.jsonl", "\n".join(lago_event(e) for e in repeated) + "\n")

    # What arrived on 1 November: late October events, and November's first.
    november = []
    for site in SITES[:3] + SITES[5:6]:
        for _ in range(6):
            november.append(Event(
                "nov-" + draws.hex(12), site.customer, site.project, "api-calls", str(draws.between(100, 2000)),
                busy_moment(draws, site.zone, (2026, 11, 1)), [("region", site.regions[0][0]), ("endpoint", "rest")]))
    keep(late + november)
    arrived = sorted(late + november, key=lambda e: (e.ms, e.id))
    put("inbox/meters/gateway/usage-2026-11-01.csv",
        "\n".join(csv_export(snake, ["region", "endpoint"], arrived)) + "\n")

    # The whole first week of a customer who is billed by weeks, every meter in one file; a byte order mark and CRLF.
    put("inbox/meters/moraeseom/usage-2026-W40.csv", "\ufeff" + "\r\n".join(csv_export(
        ["event_id", "customer_id", "project_id", "meter", "quantity", "time"], ["region", "endpoint", "size", "class"],
        week40, time=lambda ms: rfc3339(ms, 9))) + "\r\n")

    put("inbox/meters/compute/compute-2026-10.jsonl.gz", "\n".join(lago_event(e) for e in compute) + "\n", compress=True)

    storage.sort(key=lambda e: (e.ms, e.id))
    put("inbox/meters/storage/levels.json", "[\n" + ",\n".join(array_entry(e) for e in storage) + "\n]\n")

    sign_ins.sort(key=lambda e: (e.ms, e.id))
    put("inbox/meters/identity/sign-ins-2026-10.csv.gz", "\n".join(csv_export(
        ["id", "subject", "project_id", "type", "value", "time"], ["user"], sign_ins)) + "\n", compress=True)

    keep(sign_ins + seats + jobs + checks + books + desk)
    # Times in whole seconds: seats and jobs of one instant do not matter here.
    for list_ in (jobs, checks, books):
        for e in list_:
            e.ms -= e.ms % 1000
    jobs.sort(key=lambda e: (e.ms, e.id))
    put("inbox/meters/builds/jobs-2026-10.jsonl.gz", "\n".join(stripe_event(e) for e in jobs) + "\n", compress=True)

    console = sorted(seats, key=lambda e: (e.ms, e.id))
    text = "\n".join(csv_export(["identifier", "customer_id", "project_id", "code", "value", "timestamp"], [], console)) + "\n"
    put("inbox/meters/console/seats-2026-10.csv", text)
    put("inbox/meters/console/seats-2026-10 (copy).csv", text)
    shop = sorted(checks + books, key=lambda e: (e.ms, e.id))
    put("inbox/meters/console/checks-and-handbooks-2026-10.csv", "\n".join(csv_export(
        ["transaction_id", "external_customer_id", "project_id", "code", "value", "timestamp"], ["title"], shop,
        time=lambda ms: str(ms // 1000))) + "\n")

    # The service desk's own column names and local times (sources.yaml).
    desk.sort(key=lambda e: (e.ms, e.id))
    lines = [csv_row(["Beleg", "Zeitpunkt", "Kunde", "Projekt", "Zähler", "Menge", "topic", "Bearbeiter"])]
    staff = ["Öztürk, D.", "Iwersen", "Großmann"]
    for n, e in enumerate(desk):
        lines.append(csv_row([
            "SD-%05d" % (20400 + 7 * n), clock(e.ms + offset("berlin", e.ms) * HOUR, " "), e.customer, e.project, e.meter,
            e.value, dict(e.dimensions)["topic"], staff[n % 3]]))
    put("inbox/meters/service-desk-2025-10_2026-10.csv", "\n".join(lines) + "\n")


# --- Provider bills -------------------------------------------------------------------------------------------------------

totals = {}  # file → key → exact sum


def tally(file, key, amount):
    sums = totals.setdefault(file, {})
    sums[key] = EXACT.add(sums.get(key, Decimal(0)), Decimal(amount))


CUR_COLUMNS = """identity/LineItemId identity/TimeInterval bill/InvoiceId bill/InvoicingEntity bill/BillingEntity bill/BillType
bill/PayerAccountId bill/BillingPeriodStartDate bill/BillingPeriodEndDate lineItem/UsageAccountId lineItem/LineItemType
lineItem/UsageStartDate lineItem/UsageEndDate lineItem/ProductCode lineItem/UsageType lineItem/Operation
lineItem/AvailabilityZone lineItem/ResourceId lineItem/UsageAmount lineItem/CurrencyCode lineItem/UnblendedRate
lineItem/UnblendedCost lineItem/BlendedRate lineItem/BlendedCost lineItem/LineItemDescription lineItem/TaxType
lineItem/LegalEntity product/ProductName product/instanceType product/region product/regionCode product/servicecode
product/sku pricing/publicOnDemandCost pricing/publicOnDemandRate pricing/term pricing/unit
reservation/AmortizedUpfrontFeeForBillingPeriod reservation/EffectiveCost reservation/ReservationARN
reservation/UnusedAmortizedUpfrontFeeForBillingPeriod reservation/UnusedQuantity reservation/UnusedRecurringFee
savingsPlan/TotalCommitmentToDate savingsPlan/SavingsPlanARN savingsPlan/SavingsPlanRate savingsPlan/UsedCommitment
savingsPlan/SavingsPlanEffectiveCost costCategory/Team resourceTags/aws:createdBy resourceTags/user:environment
resourceTags/user:project resourceTags/user:Project""".split()

AWS_SERVICES = {
    "AmazonEC2": "Amazon Elastic Compute Cloud",
    "AmazonS3": "Amazon Simple Storage Service",
    "AmazonRDS": "Amazon Relational Database Service",
    "AWSDataTransfer": "AWS Data Transfer",
    "AmazonSES": "Amazon Simple Email Service",
    "AmazonCloudWatch": "AmazonCloudWatch",
    "AWSLambda": "AWS Lambda",
    "AmazonSageMaker": 'Amazon SageMaker, "Studio"',
    "AWSSupportBusiness": "AWS Support (Business)",
    "ComputeSavingsPlans": "Savings Plans for AWS Compute usage",
}
PAYER = "900100200300"
PLAN_ARN = "arn:aws:savingsplans::900100200300:savingsplan/6d0c7a52-1110-4c9e-8b11-2026aa00bb01"
RESERVED_ARN = "arn:aws:rds:eu-central-1:900100200300:ri:kaikante-db-2026"
MONTH = ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")


def times(quantity, rate):
    return EXACT.multiply(Decimal(quantity), Decimal(rate))


def plain(value):
    return format(Decimal(value), "f")


def scientific(value):
    """As Java writes small numbers: 4.2E-7."""
    digits = format(Decimal(value), "E")
    mantissa, exponent = digits.split("E")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return mantissa + "E" + exponent.replace("+", "")


def aws_bill():
    draws = Draws("aws")
    rows = []

    def add(account, kind, code, cost, day=None, **more):
        start, end = MONTH if day is None else (clock(day * DAY) + "Z", clock((day + 1) * DAY) + "Z")
        row = {
            "identity/LineItemId": draws.hex(52), "identity/TimeInterval": start + "/" + end,
            "bill/InvoicingEntity": "Amazon Web Services EMEA SARL", "bill/BillingEntity": "AWS",
            "bill/BillType": "Anniversary", "bill/PayerAccountId": PAYER, "bill/BillingPeriodStartDate": MONTH[0],
            "bill/BillingPeriodEndDate": MONTH[1], "bill/InvoiceId": "EUINDE26-1004711",
            "lineItem/UsageAccountId": account, "lineItem/LineItemType": kind, "lineItem/UsageStartDate": start,
            "lineItem/UsageEndDate": end, "lineItem/ProductCode": code, "lineItem/CurrencyCode": "USD",
            "lineItem/UnblendedCost": cost, "lineItem/BlendedCost": "" if kind == "Credit" else cost,
            "lineItem/LegalEntity": "Amazon Web Services EMEA SARL", "product/ProductName": AWS_SERVICES[code],
        }
        row.update(more)
        unknown = set(row) - set(CUR_COLUMNS)
        assert not unknown, unknown
        rows.append(row)

    def usage(account, code, day, usage_type, operation, quantity, rate, unit, region, kind="Usage", text=plain, tags=None, **more):
        cost = times(quantity, rate)
        fields = {
            "lineItem/UsageType": usage_type, "lineItem/Operation": operation, "lineItem/UsageAmount": quantity,
            "lineItem/UnblendedRate": rate, "lineItem/BlendedRate": rate, "product/region": region,
            "product/regionCode": region, "product/servicecode": code, "pricing/unit": unit, "pricing/term": "OnDemand",
            "pricing/publicOnDemandRate": rate, "pricing/publicOnDemandCost": text(cost),
            "product/sku": "SKU" + hashlib.sha256((usage_type + rate).encode()).hexdigest()[:12].upper(),
            "lineItem/LineItemDescription": "$%s per %s, %s" % (rate, unit, usage_type),
        }
        for key, value in (tags or {}).items():
            fields["resourceTags/" + key] = value
        fields.update(more)
        add(account, kind, code, text(cost), day, **fields)

    # account, region, instance, hours a day in 1/1000, rate, storage GB-months a day, traffic GB a day
    estates = [
        ("004512349876", "eu-central-1", "m6i.large", 48_000, "0.115", 2, 3),
        ("318822445566", "us-east-1", "c6i.2xlarge", 216_000, "0.34", 9, 14),
        ("318822445567", "us-west-2", "r6i.xlarge", 48_000, "0.252", 2, 2),
        ("318822445577", "us-west-2", "g5.xlarge", 96_000, "1.006", 12, 8),
        ("660077889900", "ap-northeast-1", "m6i.xlarge", 72_000, "0.248", 3, 6),
        ("210987654321", "eu-central-1", "t3.medium", 24_000, "0.048", 1, 1),
        ("777000111222", "eu-west-3", "t3.large", 24_000, "0.0944", 1, 1),
    ]
    prefixes = {"eu-central-1": "EUC1", "us-east-1": "USE1", "us-west-2": "USW2", "ap-northeast-1": "APN1", "eu-west-3": "EUW3"}
    for account, region, instance, hours, rate, stored, traffic in estates:
        prefix = prefixes[region]
        for day in OCTOBER:
            tags = {"user:environment": draws.pick([("prod", 7), ("staging", 2), ("Prod ", 1)])}
            if account == "210987654321":
                tags["user:project"] = draws.pick([("mikan-lab", 5), ("quillpeak-sim", 3), ("QuillPeak-Sim", 1), ("", 3)])
                if draws.chance(10):
                    tags["user:Project"] = "Größe, \"egal\""
            resource = "i-0" + draws.hex(16)
            usage(account, "AmazonEC2", day, prefix + "-BoxUsage:" + instance, "RunInstances",
                  fixed(hours - draws.below(hours // 8), 3), rate, "Hrs", region, tags=tags,
                  **{"product/instanceType": instance, "lineItem/ResourceId": resource,
                     "lineItem/AvailabilityZone": region + "a"})
            # Sums of many small things: long decimals, as the real reports have them.
            quantity = fixed(stored * 10**16 + draws.below(10**16), 16)
            usage(account, "AmazonS3", day, prefix + "-TimedStorage-ByteHrs", "StandardStorage", quantity, "0.0245", "GB-Mo",
                  region, tags=tags, **{"lineItem/ResourceId": "kaikante-%s" % account[-4:]})
            if draws.chance(40):
                usage(account, "AmazonS3", day, prefix + "-Requests-Tier1", "PutObject", str(draws.between(1, 900)), "0.0000054",
                      "Requests", region, text=scientific, tags=tags)
            if draws.chance(55):
                usage(account, "AWSDataTransfer", day, prefix + "-DataTransfer-Out-Bytes", "RunInstances",
                      fixed(draws.between(1, traffic * 10**10), 10), "0.09", "GB", region, tags=tags)
            if draws.chance(18):
                usage(account, "AmazonCloudWatch", day, prefix + "-CW:MetricMonitorUsage", "", scientific(fixed(draws.between(1, 9999), 10)),
                      "0.30", "Metrics", region, text=scientific)
            if draws.chance(12) and account in ("318822445566", "660077889900", "004512349876"):
                usage(account, "AmazonSES", day, prefix + "-Recipients", "Send", str(draws.between(200, 9000)), "0.0001",
                      "Count", region)
    # Machine learning with a comma and quotes in the service's name.
    for day in OCTOBER[2::3]:
        usage("318822445577", "AmazonSageMaker", day, "USW2-Studio:KernelGateway-ml.g4dn.xlarge", "RunInstance",
              fixed(draws.between(2000, 7000), 3), "0.7364", "Hrs", "us-west-2")
    # A savings plan covers some machines: their cost and its negation cancel, and the payer is charged the commitment.
    for day in OCTOBER:
        hours = fixed(draws.between(20_000, 24_000), 3)
        region = {"lineItem/Operation": "RunInstances", "product/region": "us-east-1", "product/regionCode": "us-east-1",
                  "product/instanceType": "c6i.xlarge", "lineItem/UsageType": "USE1-BoxUsage:c6i.xlarge",
                  "lineItem/UsageAmount": hours, "savingsPlan/SavingsPlanARN": PLAN_ARN, "pricing/unit": "Hrs"}
        cost, effective = times(hours, "0.17"), times(hours, "0.1122")
        add("318822445566", "SavingsPlanCoveredUsage", "AmazonEC2", plain(cost), day, **region, **{
            "lineItem/UnblendedRate": "0.17", "savingsPlan/SavingsPlanRate": "0.1122",
            "savingsPlan/SavingsPlanEffectiveCost": plain(effective), "pricing/publicOnDemandCost": plain(cost),
            "lineItem/LineItemDescription": "$0.17 per On Demand Linux c6i.xlarge Instance Hour"})
        add("318822445566", "SavingsPlanNegation", "AmazonEC2", plain(EXACT.minus(cost)), day, **region, **{
            "lineItem/UnblendedRate": "-0.17",
            "lineItem/LineItemDescription": "SavingsPlanNegation used by AccountId : %s" % PAYER})
        add(PAYER, "SavingsPlanRecurringFee", "ComputeSavingsPlans", "2.76", day, **{
            "lineItem/UsageType": "ComputeSP:1yrNoUpfront", "lineItem/UsageAmount": "24",
            "savingsPlan/SavingsPlanARN": PLAN_ARN, "savingsPlan/TotalCommitmentToDate": "2.76",
            "savingsPlan/UsedCommitment": plain(effective),
            "lineItem/LineItemDescription": "1 year No Upfront Compute Savings Plan"})
    # A reserved database: its hours cost nothing, the month's fee is the payer's.
    for day in OCTOBER:
        add("660077889900", "DiscountedUsage", "AmazonRDS", "0E-10", day, **{
            "lineItem/UsageType": "APN1-InstanceUsage:db.m6g.large", "lineItem/Operation": "CreateDBInstance:0014",
            "lineItem/UsageAmount": "24", "lineItem/UnblendedRate": "0.0000000000", "product/region": "ap-northeast-1",
            "product/regionCode": "ap-northeast-1", "pricing/unit": "Hrs", "pricing/term": "Reserved",
            "pricing/publicOnDemandCost": "5.664", "reservation/EffectiveCost": "3.768",
            "reservation/ReservationARN": RESERVED_ARN, "lineItem/LineItemDescription": "db.m6g.large, reserved instance applied"})
    add(PAYER, "RIFee", "AmazonRDS", "116.8080", **{
        "lineItem/UsageType": "APN1-HeavyUsage:db.m6g.large", "lineItem/UsageAmount": "744",
        "reservation/ReservationARN": RESERVED_ARN, "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "0",
        "reservation/UnusedRecurringFee": "0", "reservation/AmortizedUpfrontFeeForBillingPeriod": "0",
        "lineItem/LineItemDescription": "USD 0.157 hourly fee per PostgreSQL, db.m6g.large instance"})
    add(PAYER, "Fee", "AWSSupportBusiness", "314.15", **{
        "lineItem/LineItemDescription": "AWS Support (Business), October 2026", "bill/BillType": "Purchase"})
    add("318822445577", "Fee", "AmazonSageMaker", "49.90", **{"lineItem/LineItemDescription": "Labelling add-on, monthly"})
    for account, amount, text in [("004512349876", "-12.5", 'Migration credit — "Hafen"'), (PAYER, "-150", "AWS partner credit, Q4"),
                                  ("660077889900", "-7.77777777777777777778", "Credit for a service event")]:
        add(account, "Credit", "AmazonEC2", amount, **{"lineItem/LineItemDescription": text})
    add("004512349876", "Refund", "AmazonS3", "-3.21", **{"lineItem/LineItemDescription": "Refund for invoice EUINDE26-0993120",
                                                       "bill/BillType": "Refund", "bill/InvoiceId": ""})
    for account, code, amount in [("004512349876", "AmazonEC2", "31.07"), ("777000111222", "AmazonEC2", "13.37"),
                                  ("210987654321", "AmazonEC2", "6.55"), (PAYER, "AWSSupportBusiness", "59.69")]:
        add(account, "Tax", code, amount, **{
            "lineItem/TaxType": "VAT", "lineItem/UsageAmount": "1",
            "lineItem/LineItemDescription": 'Tax for product code %s, "VAT"' % code})
    # A kind of line that nobody has heard of: money all the same.
    add("318822445577", "OrchestrationSurcharge", "AmazonEC2", "4.56E+1", **{
        "lineItem/LineItemDescription": "Orchestration surcharge, October"})

    draws.shuffle(rows)
    assembly = "20261103T041500Z"
    folder = "inbox/providers/aws/kaikante-cur/20261001-20261101"
    half = len(rows) // 2 + 37
    keys = []
    for n, chunk in enumerate([rows[:half], rows[half:]], 1):
        name = "kaikante-cur-%05d.csv.gz" % n
        keys.append("cur/kaikante-cur/20261001-20261101/%s/%s" % (assembly, name))
        text = csv_row(CUR_COLUMNS) + "\n" + "".join(csv_row([r.get(c, "") for c in CUR_COLUMNS]) + "\n" for r in chunk)
        put("%s/%s/%s" % (folder, assembly, name), text, compress=True)
        for r in chunk:
            tally("aws " + name, "USD", r["lineItem/UnblendedCost"])
            tally("aws", r["lineItem/UsageAccountId"], r["lineItem/UnblendedCost"])
            tally("aws types", r["lineItem/LineItemType"], r["lineItem/UnblendedCost"])
            tally("aws rows", name, 1)
            tally("aws projects", aws_project(r), r["lineItem/UnblendedCost"])
    columns = ",\n".join('  {\n   "category": %s,\n   "name": %s,\n   "type": "OptionalString"\n  }' % (
        json_text(c.split("/", 1)[0]), json_text(c.split("/", 1)[1])) for c in CUR_COLUMNS)
    manifest = """{
 "assemblyId": "%s",
 "account": "%s",
 "columns": [
%s
 ],
 "charset": "UTF-8",
 "compression": "GZIP",
 "contentType": "text/csv",
 "reportId": "%s",
 "reportName": "kaikante-cur",
 "billingPeriod": {
  "start": "20261001T000000.000Z",
  "end": "20261101T000000.000Z"
 },
 "bucket": "kaikante-billing",
 "reportKeys": [
%s
 ],
 "additionalArtifactKeys": []
}
""" % (assembly, PAYER, columns, draws.hex(64), ",\n".join("  " + json_text(k) for k in keys))
    # AWS writes it twice: for the month, and beside the parts.
    put(folder + "/kaikante-cur-Manifest.json", manifest)
    put("%s/%s/kaikante-cur-Manifest.json" % (folder, assembly), manifest)


def aws_project(row):
    """Where accounts.yaml puts a charge: its rules first, then the service account."""
    account, tag = row["lineItem/UsageAccountId"], row.get("resourceTags/user:project", "")
    if account == "210987654321" and tag == "mikan-lab":
        return tag
    if account == "210987654321" and tag in ("quillpeak-sim", "QuillPeak-Sim"):
        return "quillpeak-sim"
    if row["lineItem/ProductCode"] == "AmazonSES":
        return "platform-core"
    return {
        PAYER: "platform-core", "210987654321": "platform-core", "004512349876": "hafenrad-webshop",
        "318822445566": "quillpeak-fleet", "318822445567": "quillpeak-fleet", "318822445577": "quillpeak-vision",
        "660077889900": "mikan-app"}.get(account, "*unassigned*")


FOCUS_COLUMNS = """AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency
BillingPeriodEnd BillingPeriodStart CapacityReservationId CapacityReservationStatus ChargeCategory ChargeClass
ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId
CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit
ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost InvoiceId InvoiceIssuerName ListCost
ListUnitPrice PricingCategory PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost
PricingCurrencyListUnitPrice PricingQuantity PricingUnit ProviderName PublisherName RegionId RegionName ResourceId
ResourceName ResourceType ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId
SubAccountId SubAccountName SubAccountType Tags x_ResourceGroupName""".split()


def azure_bill():
    draws = Draws("azure")
    rows = []
    subscriptions = {
        "cms": ("/subscriptions/5a1c0d4e-0001-4b6f-9d11-7e00aa000001", "Tulpveld CMS"),
        "video": ("/subscriptions/5a1c0d4e-0002-4b6f-9d11-7e00aa000002", "Tulpveld Video"),
        "vision": ("/subscriptions/5a1c0d4e-0003-4b6f-9d11-7e00aa000003", "Quillpeak Vision EU"),
    }

    def add(name, service, category, cost, start, end, **more):
        id, label = subscriptions[name]
        row = {
            "BilledCost": cost, "EffectiveCost": cost, "ListCost": cost, "ContractedCost": cost, "BillingCurrency": "EUR",
            "BillingAccountId": "/providers/Microsoft.Billing/billingAccounts/0047110815", "BillingAccountName": "Kaikante Cloud GmbH",
            "BillingAccountType": "Billing Profile", "BillingPeriodStart": "2026-10-01T00:00:00Z",
            "BillingPeriodEnd": "2026-11-01T00:00:00Z", "ChargeCategory": category, "ChargePeriodStart": start,
            "ChargePeriodEnd": end, "InvoiceIssuerName": "Microsoft", "ProviderName": "Microsoft", "PublisherName": "Microsoft",
            "ServiceCategory": "Compute", "ServiceName": service, "SubAccountId": id, "SubAccountName": label,
            "SubAccountType": "Subscription", "InvoiceId": "E0800KAI10", "PricingCurrency": "EUR",
        }
        row.update(more)
        unknown = set(row) - set(FOCUS_COLUMNS)
        assert not unknown, unknown
        rows.append(row)

    plans = [
        ("cms", "Virtual Machines", "Compute", "D2s v5", "0.1012", 1440, "Hours"),
        ("cms", "Azure SQL Database", "Databases", "General Purpose vCore", "0.2310", 480, "Hours"),
        ("video", "Media Services", "Media", "Encoding, HD", "0.0135", 60_000, "Minutes"),
        ("video", "Bandwidth", "Networking", "Data Transfer Out, Zone 1", "0.0731", 3_800, "GB"),
        ("vision", "Azure Machine Learning", "AI and Machine Learning", "NC4as T4 v3", "0.5270", 720, "Hours"),
    ]
    for name, service, category, meter, price, per_month, unit in plans:
        for day in OCTOBER:
            if draws.chance(6):
                continue
            quantity = fixed(per_month * 10**9 // 31 - draws.below(per_month * 10**7), 9)
            cost = times(quantity, price)
            text = scientific(cost) if draws.chance(10) else plain(cost)
            listed = plain(EXACT.multiply(cost, Decimal("1.0625")))
            group = draws.pick([("rg-prod", 3), ("RG-Prod", 1)])
            add(name, service, "Usage", text, clock(day * DAY) + "Z", clock((day + 1) * DAY) + "Z", **{
                "ServiceCategory": category, "ListCost": listed, "ChargeDescription": "%s - %s" % (service, meter),
                "ChargeFrequency": "Usage-Based", "ConsumedQuantity": quantity, "ConsumedUnit": unit,
                "PricingQuantity": quantity, "PricingUnit": unit, "PricingCategory": "Standard", "SkuMeter": meter,
                "ContractedUnitPrice": price, "RegionId": "westeurope", "RegionName": "West Europe",
                "SkuId": "SKU-" + hashlib.sha256(meter.encode()).hexdigest()[:8].upper(),
                "Tags": json_object([("env", json_text("prod")), ("billable", "true")] +
                                    ([("owner", json_text('Zoë "Z", Redactie'))] if draws.chance(20) else [])),
                "x_ResourceGroupName": group,
                "ResourceId": subscriptions[name][0] + "/resourceGroups/%s/providers/x/%s" % (group, draws.hex(8))})
    october = ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
    # Corrections of September, which Microsoft invoices with October.
    add("video", "Bandwidth", "Usage", "-18.25", "2026-09-14T00:00:00Z", "2026-09-15T00:00:00Z", **{
        "ChargeClass": "Correction", "ChargeDescription": "Bandwidth, metering corrected", "ServiceCategory": "Networking"})
    add("cms", "Virtual Machines", "Usage", "1.4E-3", "2026-09-30T00:00:00Z", "2026-10-01T00:00:00Z", **{
        "ChargeClass": "Correction", "ChargeDescription": "Late usage of September"})
    add("vision", "Azure Machine Learning", "Purchase", "-40.00", "2026-09-02T00:00:00Z", "2026-09-03T00:00:00Z", **{
        "ChargeClass": "Correction", "ChargeDescription": "Reservation returned", "ChargeFrequency": "One-Time"})
    add("vision", "Azure Machine Learning", "Purchase", "120.00", "2026-10-02T00:00:00Z", "2026-10-03T00:00:00Z", **{
        "ChargeDescription": "Reservation, 1 month", "ChargeFrequency": "One-Time", "EffectiveCost": "0"})
    add("cms", "Marketplace: SearchBoost, Pro", "Purchase", "59.00", *october, **{
        "ChargeDescription": 'SearchBoost, "Pro" plan', "ChargeFrequency": "Recurring", "PublisherName": "Imaginair, B.V.",
        "ServiceCategory": "Other"})
    for name, amount in [("cms", "-25"), ("video", "-60.5")]:
        add(name, "Azure Credits", "Credit", amount, *october, **{
            "ChargeDescription": "Azure prepayment credit", "ServiceCategory": "Other"})
    add("video", "Rounding", "Adjustment", "-2E-16", *october, **{
        "ChargeDescription": "Rounding adjustment", "ServiceCategory": "Other"})
    add("vision", "Support", "Tax", "3.99", *october, **{"ChargeDescription": "Local levy", "ServiceCategory": "Other"})

    draws.shuffle(rows)
    text = csv_row(FOCUS_COLUMNS) + "\n"
    for r in rows:
        text += csv_row([r.get(c) or "NULL" for c in FOCUS_COLUMNS]) + "\n"
        tally("azure", r["SubAccountId"], r["BilledCost"])
        tally("azure types", r["ChargeCategory"] + (", correction" if r.get("ChargeClass") else ""), r["BilledCost"])
        tally("azure rows", "rows", 1)
    put("inbox/providers/azure/focus-2026-10.csv", text)


# --- Exchange rates ---------------------------------------------------------------------------------------------------------

def exchange_rates():
    draws = Draws("rates")
    lines = ["date,from,to,rate,source"]
    dollar, yen = 87_120, 1_512_300  # EUR for 1 USD in 1/100000, JPY for 1 USD in 1/10000
    for day in OCTOBER:
        dollar += draws.between(-240, 240)
        yen += draws.between(-5200, 5200)
        pairs = [("EUR", "JPY", fixed(yen * 100_000 // dollar, 4)), ("EUR", "USD", fixed(10**10 // dollar, 5)),
                 ("USD", "EUR", fixed(dollar, 5)), ("USD", "JPY", fixed(yen, 4))]
        for from_, to, rate in pairs:
            lines.append("%s,%s,%s,%s,sample rates" % (iso_day(day), from_, to, rate))
    put("catalog/exchange-rates.csv", "\n".join(lines) + "\n")


# --- README ---------------------------------------------------------------------------------------------------------------

BEGIN, END = "<!-- figures: written by generate.py -->", "<!-- figures: end -->"


def figures():
    out = ["### Rows that are wrong on purpose", "", "| file | line | code | what is wrong |", "| --- | --- | --- | --- |"]
    for entry in bad_rows:
        path, lines, row, code, says = entry[:5]
        line = lines.index(row) + 1
        if len(entry) > 5:
            first = next(n for n, text in enumerate(lines) if text.startswith(entry[5].id + ",")) + 1
            says = "the id stands in line %d with the value %s: that one is kept" % (first, entry[5].value)
        out.append("| `%s` | %d | `%s` | %s |" % (path.removeprefix("inbox/meters/"), line, code, says))

    out += ["", "### Rows by file, and what is kept", "", "| file | rows | of them wrong |", "| --- | ---: | ---: |"]
    for path, rows, wrong in row_counts:
        out.append("| `%s` | %d | %d |" % (path.removeprefix("inbox/meters/"), rows, wrong))
    rows, wrong = sum(r for _, r, _ in row_counts), sum(w for _, _, w in row_counts)
    out.append("| **together** | **%d** | **%d** |" % (rows, wrong))
    copy = next(r for p, r, _ in row_counts if "(copy)" in p)
    events = sum(n for n, _ in kept.values())
    assert rows == events + wrong + 300 + copy
    out += ["", "%d rows = %d kept + %d set aside + 300 duplicates + %d in a file that came before." % (
        rows, events, wrong, copy), "", "| meter | events kept | Σ of their values |", "| --- | ---: | ---: |"]
    for meter in sorted(kept):
        out.append("| `%s` | %d | %s |" % (meter, kept[meter][0], plain(kept[meter][1])))

    def table(title, sums, head):
        out.extend(["", title, "", "| %s | Σ |" % head, "| --- | ---: |"])
        for key in sorted(sums):
            out.append("| %s | %s |" % (key, plain(sums[key])))
        out.append("| **together** | **%s** |" % plain(total(sums)))

    def total(sums):
        value = Decimal(0)
        for amount in sums.values():
            value = EXACT.add(value, amount)
        return value

    aws_rows = total(totals["aws rows"])
    out += ["", "### What the providers' files come to", ""]
    out.append("Exact sums of billed cost, every digit of every row: AWS %s rows in USD, Azure %s rows in EUR." % (
        plain(aws_rows), plain(totals["azure rows"]["rows"])))
    for part in ("kaikante-cur-00001.csv.gz", "kaikante-cur-00002.csv.gz"):
        out += ["", "`%s`: %s rows, Σ %s USD" % (part, plain(totals["aws rows"][part]), plain(totals["aws " + part]["USD"]))]
    table("AWS, `lineItem/UnblendedCost` in USD by account:", totals["aws"], "usage account")
    table("AWS by project, after the rules of `accounts.yaml`:", totals["aws projects"], "project")
    table("AWS by line item type:", totals["aws types"], "type")
    table("Azure, `BilledCost` in EUR by subscription:", totals["azure"], "sub account")
    table("Azure by charge category:", totals["azure types"], "category")
    return "\n".join(out) + "\n"


def content(path, data):
    """What counts of a file: compressors differ between machines, what they hold does not."""
    return gzip.decompress(data) if path.endswith(".gz") else data


def main():
    meter_exports()
    count_rows()
    aws_bill()
    azure_bill()
    exchange_rates()
    readme = os.path.join(HERE, "README.md")
    if os.path.exists(readme):
        with open(readme, encoding="utf-8") as stream:
            text = stream.read()
        before, rest = text.split(BEGIN)
        _, after = rest.split(END)
        files["README.md"] = (before + BEGIN + "\n\n" + figures() + "\n" + END + after).encode("utf-8")

    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit("usage: generate.py [--check]")
    differing = []
    for path in sorted(files):
        full = os.path.join(HERE, path)
        try:
            with open(full, "rb") as stream:
                present = stream.read()
        except FileNotFoundError:
            present = None
        if present is not None and content(path, present) == content(path, files[path]):
            continue
        differing.append(path)
        if not check:
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as stream:
                stream.write(files[path])
    strangers = []
    for folder, _, names in os.walk(os.path.join(HERE, "inbox")):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), HERE)
            if path not in files:
                strangers.append(path)
    for path in strangers:
        print("not from here: samples/" + path)
    for path in differing:
        print(("differs: " if check else "wrote: ") + "samples/" + path)
    sys.exit(1 if check and (differing or strangers) else 0)


main()
