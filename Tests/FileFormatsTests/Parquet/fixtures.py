#!/usr/bin/env python3
"""Writes the Parquet files beside it, and what their cells are as text.

    python3 Tests/FileFormatsTests/Parquet/fixtures.py      # needs pyarrow and duckdb

The texts are made from the values before they are written, with Python's own formatting: nothing here reads Parquet.
All names are invented.
"""

import datetime as dt
import decimal
import json
import pathlib
import random
import uuid

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent / "Fixtures"
UTC = dt.timezone.utc
decimal.getcontext().prec = 100
D = decimal.Decimal
rng = random.Random(20261101)


def fraction(value):
    return f"{value:06d}".rstrip("0")


def text(value, kind):
    """A cell as text."""
    if value is None:
        return ""
    if kind == "json":
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "float32":
        return str(np.float32(value))
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if kind == "ns":  # nanoseconds since 1970
        seconds, rest = divmod(value, 1_000_000_000)
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)
        digits = f"{rest:09d}".rstrip("0")
        return moment.isoformat() + ("." + digits if digits else "") + "Z"
    if isinstance(value, dt.datetime):
        digits = fraction(value.microsecond)
        plain = value.replace(microsecond=0, tzinfo=None).isoformat()
        return plain + ("." + digits if digits else "") + ("Z" if value.tzinfo else "")
    if isinstance(value, dt.time):
        digits = fraction(value.microsecond)
        return value.replace(microsecond=0).isoformat() + ("." + digits if digits else "")
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value)) if kind == "uuid" else value.decode()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def expect(name, columns, group_rows):
    """columns: [(name, kind, values)]"""
    rows = [[text(c[2][i], c[1]) for c in columns] for i in range(len(columns[0][2]))]
    with open(FOLDER / f"{name}.json", "w") as out:
        out.write('{"rowsPerGroup": %d, "header": %s, "rows": [\n' % (group_rows, json.dumps([c[0] for c in columns])))
        out.write(",\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
        out.write("\n]}\n")


def holes(values, every):
    return [None if every and i % every == every - 1 else value for i, value in enumerate(values)]


def scalars(n=47):
    """Every type, with nulls at different places; `full` columns have none, `nothing` has only nulls."""
    base = dt.datetime(2025, 2, 27, 22, 15, 3)
    moments = [base + dt.timedelta(hours=7 * i, microseconds=123_456 * (i % 3)) for i in range(n)]
    small = [D(rng.randrange(-10**8, 10**8)).scaleb(-2) for _ in range(n)]
    big = [D(rng.randrange(-10**17, 10**17)).scaleb(-10) for _ in range(n)]
    huge = [D(rng.randrange(-10**37, 10**37)).scaleb(-20) for _ in range(n)]
    wide = [D(rng.randrange(-10**75, 10**75)).scaleb(-36) for _ in range(n)]
    doubles = [0.1, -0.0, 1e-05, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1e22, -2.5, float("nan"), float("inf")]
    doubles = [doubles[i % 10] if i < 20 else rng.uniform(-1, 1) / 3 for i in range(n)]
    floats = [float(np.float32(rng.uniform(-99, 99))) for _ in range(n)]
    words = ["", "Compute", "a,b", 'say "hi"', "two\nlines", "Größe", "서울", "x" * 40]
    words = [words[i % 8] for i in range(n)]
    ms = [m.replace(microsecond=m.microsecond // 1000 * 1000) for m in moments]
    ns = [int((m - dt.datetime(1970, 1, 1)).total_seconds()) * 10**9 + 120 * i for i, m in enumerate(moments)]
    day = [m.date() for m in moments]
    day[:3] = [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1900, 3, 1)]
    t = [m.time() for m in moments]
    return [
        ("flag", pa.bool_(), "", holes([i % 3 == 0 for i in range(n)], 7)),
        ("small", pa.int8(), "", holes([i - 30 for i in range(n)], 5)),
        ("number", pa.int32(), "", holes([rng.randrange(-(2**31), 2**31) for _ in range(n)], 4)),
        ("full long", pa.int64(), "", [-(2**63), 2**63 - 1] + [rng.randrange(-(2**63), 2**63) for _ in range(n - 2)]),
        ("unsigned", pa.uint32(), "", holes([2**32 - 1 - i for i in range(n)], 9)),
        ("unsigned long", pa.uint64(), "", holes([2**64 - 1 - i for i in range(n)], 0)),
        ("float", pa.float32(), "float32", holes(floats, 6)),
        ("double", pa.float64(), "", holes(doubles, 11)),
        ("money", pa.decimal128(9, 2), "", holes(small, 8)),
        ("cost", pa.decimal128(18, 10), "", big),
        ("exact", pa.decimal128(38, 20), "", holes(huge, 3)),
        ("wide", pa.decimal256(76, 36), "", holes(wide, 13)),
        ("word", pa.string(), "", holes(words, 10)),
        ("fixed", pa.binary(3), "", holes([b"a%02d" % i for i in range(n)], 4)),
        ("day", pa.date32(), "", day),
        ("time ms", pa.time32("ms"), "", holes([x.replace(microsecond=x.microsecond // 1000 * 1000) for x in t], 5)),
        ("time us", pa.time64("us"), "", t),
        ("utc ms", pa.timestamp("ms", tz="UTC"), "", holes([m.replace(tzinfo=UTC) for m in ms], 6)),
        ("utc us", pa.timestamp("us", tz="UTC"), "", [m.replace(tzinfo=UTC) for m in moments]),
        ("utc ns", pa.timestamp("ns", tz="UTC"), "ns", holes(ns, 6)),
        ("local", pa.timestamp("us"), "", holes(moments, 2)),
        ("nothing", pa.string(), "", [None] * n),
        ("id", pa.uuid(), "uuid", [uuid.UUID(int=rng.getrandbits(128)).bytes for _ in range(n)]),
    ]


def table(columns):
    return pa.table({name: pa.array(values, type=kind) for name, kind, _, values in columns})


def write(name, data, **options):
    pq.write_table(data, FOLDER / f"{name}.parquet", store_schema=False, write_statistics=False, **options)


def write_scalars():
    columns = scalars()
    data = table(columns)
    expect("scalars", [(name, kind, values) for name, _, kind, values in columns], 25)
    common = dict(row_group_size=25, data_page_size=256, write_batch_size=8)
    write("scalars-plain-v1", data, compression="none", use_dictionary=False, write_page_checksum=True, **common)
    write("scalars-plain-v2", data, compression="none", use_dictionary=False, data_page_version="2.0", **common)
    for codec in ["snappy", "gzip", "zstd", "lz4"]:
        write(f"scalars-{codec}-v1", data, compression=codec, write_page_checksum=True, **common)
        write(f"scalars-{codec}-v2", data, compression=codec, data_page_version="2.0", **common)
    write("scalars-integers", data, compression="snappy", store_decimal_as_integer=True, **common)


def write_encodings():
    n = 280
    doubles = [rng.uniform(-1000, 1000) for _ in range(n)]
    paths = [f"/subscriptions/{i // 50}/groups/team-{i // 7}/disk-{i}" for i in range(n)]
    columns = [
        ("delta32", pa.int32(), "", holes([2**31 - 1 if i % 50 == 1 else -(2**31) + i * i for i in range(n)], 7)),
        ("delta64", pa.int64(), "", [2**63 - 1 if i % 40 == 3 else -(2**63) if i % 41 == 3 else i for i in range(n)]),
        ("length", pa.string(), "", holes([p[-(i % 9) :] if i % 9 else "" for i, p in enumerate(paths)], 5)),
        ("prefix", pa.string(), "", holes(paths, 11)),
        ("fixed prefix", pa.binary(6), "", [b"id%04d" % (i // 3) for i in range(n)]),
        ("split double", pa.float64(), "", holes(doubles, 6)),
        ("split float", pa.float32(), "float32", [float(np.float32(d)) for d in doubles]),
        ("split long", pa.int64(), "", holes(list(range(n)), 4)),
        ("split decimal", pa.decimal128(20, 4), "", [D(i * 7919 - 10**6).scaleb(-4) for i in range(n)]),
        ("flag", pa.bool_(), "", holes([i % 90 < 40 for i in range(n)], 8)),
    ]
    encodings = {
        "delta32": "DELTA_BINARY_PACKED", "delta64": "DELTA_BINARY_PACKED", "length": "DELTA_LENGTH_BYTE_ARRAY",
        "prefix": "DELTA_BYTE_ARRAY", "fixed prefix": "DELTA_BYTE_ARRAY", "split double": "BYTE_STREAM_SPLIT",
        "split float": "BYTE_STREAM_SPLIT", "split long": "BYTE_STREAM_SPLIT", "split decimal": "BYTE_STREAM_SPLIT",
        "flag": "RLE",
    }  # fmt: skip
    data = table(columns)
    expect("encodings", [(name, kind, values) for name, _, kind, values in columns], 200)
    for version in ["1.0", "2.0"]:
        write(
            f"encodings-v{version[0]}", data, compression="zstd", use_dictionary=False, column_encoding=encodings,
            row_group_size=200, data_page_size=900, write_batch_size=64, data_page_version=version,
        )  # fmt: skip


def write_nested():
    n = 60
    tags = [None if i % 7 == 6 else {f"k{j}": f'v"{j}\\é' for j in range(i % 4)} for i in range(n)]
    for i in range(0, n, 10):
        tags[i] = {"team": None, "empty": ""}
    discount = [{"edp": i / 8, "bundle": -0.5} if i % 2 else {} for i in range(n)]
    lists = [None if i % 5 == 4 else [None if j % 3 == 2 else i * j for j in range(i % 6)] for i in range(n)]
    credits = [
        None if i % 9 == 8 else [{"name": f"c{j}", "amount": -j / 4, "id": None if j else "x\x01"} for j in range(i % 3)]
        for i in range(n)
    ]
    deep = [
        None if i % 8 == 7 else [None if k == 2 else {f"m{k}": [[k, None], []], "n": None} for k in range(i % 4)]
        for i in range(n)
    ]
    service = [None if i % 6 == 5 else {"id": f"S-{i}", "region": None if i % 4 else {"name": f"r{i}"}} for i in range(n)]
    wide = [[i] * (i * 3 % 70) for i in range(n)]
    data = pa.table(
        {
            "tags": pa.array([None if t is None else list(t.items()) for t in tags], pa.map_(pa.string(), pa.string())),
            "discount": pa.array([list(d.items()) for d in discount], pa.map_(pa.string(), pa.float64())),
            "list": pa.array(lists, pa.list_(pa.int32())),
            "credits": pa.array(
                credits,
                pa.list_(pa.struct([("name", pa.string()), ("amount", pa.float64()), ("id", pa.string())])),
            ),
            "deep": pa.array(
                [
                    None if d is None else [None if m is None else list(m.items()) for m in d]
                    for d in deep
                ],
                pa.list_(pa.map_(pa.string(), pa.list_(pa.list_(pa.int64())))),
            ),
            "service": pa.array(
                service, pa.struct([("id", pa.string()), ("region", pa.struct([("name", pa.string())]))])
            ),
            "wide": pa.array(wide, pa.list_(pa.int64())),
        }
    )
    columns = [
        ("tags", "json", tags),
        ("discount", "json", discount),
        ("list", "json", lists),
        ("credits", "json", credits),
        ("deep", "json", deep),
        ("service.id", "", [s and s["id"] for s in service]),
        ("service.region.name", "", [s and s["region"] and s["region"]["name"] for s in service]),
        ("wide", "json", wide),
    ]
    expect("nested", columns, 40)
    for version in ["1.0", "2.0"]:
        write(
            f"nested-v{version[0]}", data, compression="snappy", row_group_size=40, data_page_size=300,
            write_batch_size=16, data_page_version=version,
        )  # fmt: skip
    write("nested-old-lists", data, compression="snappy", row_group_size=40, use_compliant_nested_type=False)


def write_int96():
    n = 20
    ns = [1_740_700_000_000_000_000 + i * 86_399_123_456_789 for i in range(n)]
    ns[0] = -1
    data = pa.table({"time": pa.array(holes(ns, 4), pa.timestamp("ns"))})
    expect("int96", [("time", "ns", holes(ns, 4))], 20)
    write("int96", data, use_deprecated_int96_timestamps=True)


def write_duckdb():
    """Another writer: its own encodings, page sizes and repetition of columns."""
    n = 260
    words = [f"service {i % 13}" for i in range(n)]
    costs = [D(i * 31337 - 99999).scaleb(-6) for i in range(n)]
    days = [dt.date(2025, 3, 1 + i % 31) for i in range(n)]
    maps = [{"a": str(i % 3), "b": "x"} if i % 4 else {} for i in range(n)]
    con = duckdb.connect()
    con.execute("CREATE TABLE t (i INTEGER, word VARCHAR, cost DECIMAL(18,6), day DATE, tags MAP(VARCHAR, VARCHAR), ratio DOUBLE)")
    con.executemany(
        "INSERT INTO t VALUES (?, ?, ?, ?, MAP(?, ?), ?)",
        [(i, words[i], costs[i], days[i], list(maps[i].keys()), list(maps[i].values()), i / 7) for i in range(n)],
    )
    columns = [
        ("i", "", list(range(n))), ("word", "", words), ("cost", "", costs), ("day", "", days),
        ("tags", "json", maps), ("ratio", "", [i / 7 for i in range(n)]),
    ]  # fmt: skip
    expect("duckdb", columns, 260)
    for version in ["V1", "V2"]:
        con.execute(
            f"COPY (SELECT * FROM t ORDER BY i) TO '{FOLDER}/duckdb-{version.lower()}.parquet' "
            f"(FORMAT parquet, PARQUET_VERSION {version}, COMPRESSION zstd)"
        )


def write_refused():
    """What is refused by name: a codec, a type, and an encrypted file, made from an intact one by its last bytes."""
    data = pa.table({"word": ["a", "b"], "half": pa.array(np.array([1.5, 2], np.float16)), "raw": [b"\xff\x00", b"a"]})
    write("refused-brotli", data, compression="brotli")
    write("refused-types", data, compression="none")


FOLDER.mkdir(exist_ok=True)
write_scalars()
write_encodings()
write_nested()
write_int96()
write_duckdb()
write_refused()
