#!/usr/bin/env python3
"""Expected totals of the provider samples, computed without any code of billwright.

    python3 compute_totals.py PROVIDER_SAMPLES

reads the sample bills with the csv and decimal modules only and writes one JSON file per delivery beside this script:
rows, and the sums of billed, effective, list and contracted cost per provider, account, service and currency. A list or
contracted cost that a row does not have counts with its billed cost. Only totals are kept, no rows of the samples.
"""

import csv
import decimal
import glob
import gzip
import io
import json
import os
import re
import sys
import zipfile
from decimal import Decimal

decimal.getcontext().prec = 120
decimal.getcontext().traps[decimal.Inexact] = True
csv.field_size_limit(1 << 30)

HERE = os.path.dirname(os.path.abspath(__file__))
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|\+00:00)?)?\Z")
NULLS = {"", "NULL", "null", "None", "''"}
CURRENCIES = {"USD", "EUR", "NOK"}
PROVIDERS = {"AWS": "aws", "Microsoft": "azure", "Google Cloud": "google", "Oracle": "oracle"}


class Unreadable(Exception):
    pass


def texts(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(data))
        return [archive.read(name).decode("utf-8-sig") for name in archive.namelist()]
    return [data.decode("utf-8-sig")]


def rows(path):
    """Header and records; blank lines are none."""
    for text in texts(path):
        records = [record for record in csv.reader(io.StringIO(text, newline="")) if record]
        yield records[0], records[1:]


def number(text):
    if text in NULLS:
        return None
    if not NUMBER.match(text):
        raise Unreadable(text)
    return Decimal(text)


def time(text):
    if text in NULLS:
        return
    if not TIME.match(text):
        raise Unreadable(text)


def required(value):
    if value is None:
        raise Unreadable("empty")
    return value


def text(value):
    return "" if value in NULLS else value


def aws_account(account):
    return account.zfill(12) if account.isdigit() else account


def first(*values):
    return next((value for value in values if value is not None), None)


def cur_charge(row):
    """One line of an AWS Cost and Usage Report: provider, account, service, currency, and the four costs."""
    get = lambda name: row.get(name, "")
    kind = get("lineItem/LineItemType")
    billed = required(number(get("lineItem/UnblendedCost")))
    listed = number(get("pricing/publicOnDemandCost"))
    effective = billed
    if kind == "SavingsPlanCoveredUsage":
        effective = first(number(get("savingsPlan/SavingsPlanEffectiveCost")), billed)
    elif kind == "SavingsPlanRecurringFee":
        effective = number(get("savingsPlan/TotalCommitmentToDate")) - number(get("savingsPlan/UsedCommitment"))
    elif kind in ("SavingsPlanNegation", "SavingsPlanUpfrontFee"):
        effective = Decimal(0)
    elif kind == "DiscountedUsage":
        effective = first(number(get("reservation/EffectiveCost")), billed)
    elif kind == "RIFee":
        effective = number(get("reservation/UnusedAmortizedUpfrontFeeForBillingPeriod")) + number(
            get("reservation/UnusedRecurringFee")
        )
    elif kind == "Fee" and get("reservation/ReservationARN"):
        effective = Decimal(0)
    elif kind == "Refund" and get("lineItem/ProductCode") == "ComputeSavingsPlans":
        effective = Decimal(0)
    if kind == "SavingsPlanNegation":
        listed = Decimal(0)
    time(get("lineItem/UsageStartDate"))
    time(get("bill/BillingPeriodStartDate"))
    key = (
        "aws",
        aws_account(get("lineItem/UsageAccountId")),
        get("product/ProductName") or get("lineItem/ProductCode"),
        get("lineItem/CurrencyCode"),
    )
    return key, (billed, effective, listed, None)


def focus_charge(row):
    get = lambda name: row.get(name, "")
    provider = text(get("ProviderName")) or text(get("ServiceProviderName"))
    provider = PROVIDERS.get(provider) or re.sub(r"[^a-z0-9]+", "-", provider.lower()).strip("-")
    account = text(get("SubAccountId")) or text(get("BillingAccountId"))
    if provider == "aws":
        account = aws_account(account)
    billed = required(number(get("BilledCost")))
    costs = (
        billed,
        first(number(get("EffectiveCost")), billed),
        number(get("ListCost")),
        number(get("ContractedCost")),
    )
    for name in ("ChargePeriodStart", "BillingPeriodStart", "BillingPeriodEnd"):
        time(get(name))
    return (provider, account, text(get("ServiceName")), get("BillingCurrency")), costs


FOCUS_NEEDS = ["BilledCost", "BillingCurrency", "BillingPeriodStart", "ChargeCategory", "ChargePeriodStart", "ProviderName"]


def totals(paths, charge, needs=()):
    sums = {}
    read = kept = quarantined = 0
    for path in paths:
        for header, records in rows(path):
            missing = [name for name in needs if name not in header]
            if missing:
                return {"refused": True, "missingColumns": missing}
            for record in records:
                read += 1
                try:
                    if len(record) != len(header):
                        raise Unreadable("shape")
                    key, costs = charge(dict(zip(header, record)))
                    if key[3] not in CURRENCIES:
                        raise Unreadable(key[3])
                except Unreadable:
                    quarantined += 1
                    continue
                kept += 1
                entry = sums.setdefault(key, [0, Decimal(0), Decimal(0), Decimal(0), Decimal(0)])
                entry[0] += 1
                for place, cost in enumerate(costs):
                    entry[place + 1] += costs[0] if cost is None else cost
    names = ("provider", "account", "service", "currency")
    columns = ("billed", "effective", "list", "contracted")
    return {
        "read": read,
        "kept": kept,
        "quarantined": quarantined,
        "billed": grouped(sums, lambda key: key[3]),
        "totals": [
            {
                **dict(zip(names, key)),
                "rows": entry[0],
                **{column: plain(entry[place + 1]) for place, column in enumerate(columns)},
            }
            for key, entry in sorted(sums.items())
        ],
    }


def grouped(sums, group):
    result = {}
    for key, entry in sums.items():
        result[group(key)] = result.get(group(key), Decimal(0)) + entry[1]
    return {name: plain(value) for name, value in sorted(result.items())}


def plain(value):
    """Digits without exponent and without zeros at the end."""
    digits = format(value, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in ("-0", "") else digits


def main(samples):
    deliveries = [
        ("cur-real-anon", ["aws-cur-legacy/real-anon-2023-11.csv.gz"], cur_charge),
        ("cur-acme-hourly", ["aws-cur-legacy/acme-hourly/20250301-20250401/*/*.csv.gz"], cur_charge),
        ("cur-koku-nok", ["aws-cur-legacy/koku-2023-06-final-nok.csv"], cur_charge),
        ("cur-mock-zip", ["aws-cur-legacy/mock-zip/*/*.zip"], cur_charge),
        ("focus-1.0-real", ["focus/focus-1.0-real-multicloud.csv"], focus_charge),
        ("focus-1.0-gcp", ["focus/gcp-focus-1.0-eur.csv"], focus_charge),
        ("focus-1.1-null-literal", ["focus/focus-1.1-null-literal.csv"], focus_charge),
        ("focus-1.2-aws", ["focus/aws-focus-1.2/data/*/*.csv.gz"], focus_charge),
        ("focus-1.2-azure", ["focus/azure-focus-1.2/*/*/*/*/*.csv.gz"], focus_charge),
        ("focus-1.3-aws", ["focus/focus-1.3-aws-style.csv"], focus_charge),
    ]
    for path in sorted(glob.glob(os.path.join(samples, "focus/spec-examples/*.csv"))):
        name = os.path.basename(path)
        deliveries.append(("focus-spec-" + name[:-4].replace("_", "-"), ["focus/spec-examples/" + name], focus_charge))
    for name, patterns, charge in deliveries:
        paths = sorted(path for pattern in patterns for path in glob.glob(os.path.join(samples, pattern)))
        needs = FOCUS_NEEDS if charge is focus_charge else ()
        result = {"files": [os.path.relpath(path, samples) for path in paths], **totals(paths, charge, needs)}
        with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(result, file, ensure_ascii=False, indent=1)
            file.write("\n")
        print(name, {key: value for key, value in result.items() if key not in ("totals", "files")})


if __name__ == "__main__":
    main(sys.argv[1])
