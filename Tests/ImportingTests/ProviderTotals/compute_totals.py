#!/usr/bin/env python3
"""Expected totals of the provider samples, computed without any code of billwright.

    python3 compute_totals.py PROVIDER_SAMPLES

reads the sample bills with the csv, json and decimal modules only (Parquet with pyarrow) and writes one JSON file per delivery beside this script:
rows, and the sums of billed, effective, list and contracted cost per provider, account, service and currency. A list or
contracted cost that a row does not have counts with its billed cost. Only totals are kept, no rows of the samples.
"""

import ast
import csv
import datetime
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
CURRENCIES = {"USD", "EUR", "NOK", "CAD", "AUD", "GBP"}
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


def cur2_charge(row):
    """One line of CUR 2.0, or of the legacy report as Athena names it."""
    get = lambda name: row.get(name, "")
    product = json.loads(get("product") or "{}")
    kind = get("line_item_line_item_type")
    billed = required(number(get("line_item_unblended_cost")))
    listed = number(get("pricing_public_on_demand_cost"))
    effective = billed
    if kind == "SavingsPlanCoveredUsage":
        effective = first(number(get("savings_plan_savings_plan_effective_cost")), billed)
    elif kind == "SavingsPlanRecurringFee":
        effective = number(get("savings_plan_total_commitment_to_date")) - number(get("savings_plan_used_commitment"))
    elif kind in ("SavingsPlanNegation", "SavingsPlanUpfrontFee"):
        effective = Decimal(0)
    elif kind == "DiscountedUsage":
        effective = first(number(get("reservation_effective_cost")), billed)
    elif kind == "RIFee":
        effective = number(get("reservation_unused_amortized_upfront_fee_for_billing_period")) + number(
            get("reservation_unused_recurring_fee")
        )
    elif kind == "Fee" and get("reservation_reservation_a_r_n"):
        effective = Decimal(0)
    elif kind == "Refund" and get("line_item_product_code") == "ComputeSavingsPlans":
        effective = Decimal(0)
    if kind == "SavingsPlanNegation":
        listed = Decimal(0)
    service = (
        get("product_product_name")
        or product.get("product_name")
        or product.get("servicename")
        or get("line_item_product_code")
    )
    return ("aws", aws_account(get("line_item_usage_account_id")), service, get("line_item_currency_code")), (
        billed, effective, listed, None,
    )


def azure_charge(row):
    """One row of an Azure export of any generation; names without case, translated ones by what is in parentheses."""
    fields = {re.sub(r"^.*\(([^()]*)\)$", r"\1", name).lower(): value for name, value in row.items()}
    get = lambda *names: next((fields[name] for name in names if name in fields), "")
    account = get("subscriptionid", "subscriptionguid").lower()
    account = account or get("billingprofileid") or get("billingaccountid")
    if not account:
        raise Unreadable("no account")
    day = get("date", "usagedatetime")
    if "/" in day:
        month, day, year = day.split("/")
        datetime.date(int(year), int(month), int(day))
    else:
        time(day)
    billed = required(number(get("costinbillingcurrency", "pretaxcost", "cost")))
    quantity = number(get("quantity", "usagequantity"))
    listed = None
    if "paygcostinbillingcurrency" in fields:
        listed = number(get("paygcostinbillingcurrency"))
        if billed and listed == 0:
            listed = None
    elif number(get("paygprice")) and quantity is not None:
        listed = number(get("paygprice")) * quantity
    currency = get("billingcurrencycode", "billingcurrency", "currency")
    return ("azure", account, get("metercategory") or get("consumedservice"), currency), (billed, billed, listed, None)


def monthly_rows(records):
    """The billed rows of AWS's monthly CSV with what they are billed at, and how many rows say the same money again."""
    invoices = {}
    for row in records:
        if row["InvoiceID"]:
            invoices.setdefault((row["InvoiceID"], row["InvoiceDate"]), []).append(row)
    billed = []
    for rows_of_invoice in invoices.values():
        of = lambda kind: [row for row in rows_of_invoice if row["RecordType"] == kind]
        chosen = (of("LinkedLineItem") or of("PayerLineItem")) + of("CBRounding")
        billed += [(row, Decimal(row["TotalCost"])) for row in chosen]
        (total,) = of("InvoiceTotal")
        difference = Decimal(total["TotalCost"]) - sum(Decimal(row["TotalCost"]) for row in chosen)
        if difference:
            billed.append((total, difference))
    return billed, len(records) - len(billed)


def monthly_totals(path):
    ((header, records),) = rows(path)
    billed, repeated = monthly_rows([dict(zip(header, record)) for record in records])
    sums = {}
    for row, cost in billed:
        service = row["ProductName"] or row["ProductCode"] or row["RecordType"]
        if row["RecordType"] == "InvoiceTotal":
            service = "not itemised by the provider"
        key = ("aws", row["LinkedAccountId"] or row["PayerAccountId"], service, row["CurrencyCode"])
        entry = sums.setdefault(key, [0] + [Decimal(0)] * 4)
        entry[0] += 1
        for place in range(4):
            entry[place + 1] += cost
    (statement,) = [Decimal(record[header.index("TotalCost")]) for record in records if "StatementTotal" in record]
    assert sum(entry[1] for entry in sums.values()) == statement
    return summary(sums, read=len(records), kept=len(billed), duplicate=repeated, quarantined=0)


def exact(text):
    """JSON with numbers of all their digits."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def json_records(path):
    """JSON lines, an array, or objects one after the other."""
    decoder = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal)
    for text in texts(path):
        if text.lstrip()[:1] == "[":
            yield from exact(text)
            continue
        position = 0
        while True:
            while position < len(text) and text[position].isspace():
                position += 1
            if position == len(text):
                break
            value, position = decoder.raw_decode(text, position)
            yield value


def money(value):
    """A number, or a text that is one; None for null."""
    if value is None or isinstance(value, Decimal):
        return value
    return number(value)


def credit_list(text):
    """JSON, or what Python prints: its numbers are read as text."""
    try:
        return exact(text or "[]")
    except json.JSONDecodeError:
        return ast.literal_eval(re.sub(r"(?<=: )-?[0-9][0-9.eE+-]*(?=[,}])", lambda number: repr(number.group()), text))


def google_charges(record):
    """The cost of a row and, apart, its credits: (rows, key, costs) of each."""
    project = (record.get("project") or {}).get("id") or record["billing_account_id"]
    key = ("google", project, record["service"]["description"], record["currency"])
    if not re.fullmatch("[0-9]{6}", record["invoice"]["month"]):
        raise Unreadable(record["invoice"]["month"])
    cost = required(money(record.get("cost")))
    listed = money(record.get("cost_at_list"))
    yield 1, key, (cost, cost, listed, None)
    for credit in record.get("credits") or []:
        amount = required(money(credit["amount"]))
        yield 0, key, (amount, amount, None if listed is None else Decimal(0), None)


def google_csv_record(row):
    """A flattened row as a record; the nested column goes before its flattened copies."""

    def member(outer, inner):
        nested = row.get(outer, "")
        value = (exact(nested) if nested else {}).get(inner)
        return value if value is not None else text(row.get(f"{outer}.{inner}", row.get(f"{outer}_{inner}", "")))

    return {
        "billing_account_id": row["billing_account_id"],
        "service": {"description": member("service", "description")},
        "project": {"id": member("project", "id")},
        "invoice": {"month": member("invoice", "month")},
        "currency": row["currency"],
        "cost": row["cost"],
        "cost_at_list": row.get("cost_at_list", ""),
        "credits": credit_list(row["credits"]),
    }


def google_csv_charges(row):
    yield from google_charges(google_csv_record(row))


def http_file_charges(renamed):
    """One row of an http-file; `renamed` says which column is which field."""

    def charges(row):
        row = {key.strip(): value.strip() for key, value in row.items()}
        get = lambda name: row.get(renamed.get(name, name), "")
        account = get("account")
        if get("provider") == "aws":
            account = aws_account(account)
        cost = required(number(get("cost")))
        yield 1, (get("provider"), account, get("product"), get("currency") or "USD"), (cost, cost, None, None)

    return charges


def hyperbilling_charges(record):
    cost = money(record["usage_cost"]) or Decimal(0)
    account = re.search("account_id=([^/]*)", record["path"]).group(1)
    yield 1, ("aws", account, record["service_code"], "USD"), (cost, cost, None, None)


def hyperbilling_csv_charges(row):
    yield from hyperbilling_charges({**row, "usage_cost": number(row["usage_cost"])})


def hyperbilling_parquet_records(path):
    """By pyarrow; a double counts as the shortest decimal that reads back to it."""
    import pyarrow.parquet

    for record in pyarrow.parquet.ParquetFile(path).read().to_pylist():
        cost = record["usage_cost"]
        yield {**record, "usage_cost": None if cost is None else Decimal(repr(cost))}


def plugin_records(path):
    for page in json_records(path):
        yield from page["results"]


def plugin_charges(record):
    cost = required(money(record["cost"]))
    account = aws_account(record["additional_info"]["Account ID"])
    yield 1, (record["provider"], account, record["product"], "USD"), (cost, cost, None, None)


def usage_detail_records(path):
    for month in json_records(path):
        for project in month["data"]:
            for service in project["data"]:
                for entry in service["costs"]:
                    yield {**service, **entry, "project_id": project["project_id"]}


def usage_detail_charges(record):
    cost = required(money(record["final_cost_in_usd"]))
    yield 1, ("google", record["project_id"], record["service_name"], "USD"), (cost, cost, None, None)


def csv_records(path):
    """Rows by column name, with the path that they came from."""
    for header, records in rows(path):
        for record in records:
            if len(record) != len(header):
                raise Unreadable("shape")
            yield {**dict(zip(header, record)), "path": path}


def with_path(read):
    def records(path):
        for record in read(path):
            yield {**record, "path": path}

    return records


def record_totals(paths, records, charges):
    """As `totals`, for records of any writing, of which each may be several charges."""
    sums = {}
    read = quarantined = 0
    for path in paths:
        for record in records(path):
            read += 1
            try:
                found = list(charges(record))
                if any(key[3] not in CURRENCIES for _, key, _ in found):
                    raise Unreadable("currency")
            except Unreadable:
                quarantined += 1
                continue
            for count, key, costs in found:
                enter(sums, count, key, costs)
    return summary(sums, read=read, kept=read - quarantined, quarantined=quarantined)


FOCUS_NEEDS = ["BilledCost", "BillingCurrency", "BillingPeriodStart", "ChargeCategory", "ChargePeriodStart", "ProviderName"]


def totals(paths, charge, needs=()):
    sums = {}
    read = kept = quarantined = 0
    for path in paths:
        for header, records in rows(path):
            missing = [name for name in needs if name not in header]
            if charge is azure_charge and not any("currency" in name.lower().split("(")[-1] for name in header if "cost" not in name.lower()):
                missing = ["BillingCurrencyCode"]
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
                enter(sums, 1, key, costs)
    return summary(sums, read=read, kept=kept, quarantined=quarantined)


def enter(sums, count, key, costs):
    entry = sums.setdefault(key, [0, Decimal(0), Decimal(0), Decimal(0), Decimal(0)])
    entry[0] += count
    for place, cost in enumerate(costs):
        entry[place + 1] += costs[0] if cost is None else cost


def summary(sums, **counts):
    names = ("provider", "account", "service", "currency")
    columns = ("billed", "effective", "list", "contracted")
    return {
        **counts,
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
        ("cur2-acme", ["aws-cur2/acme/acme-cur2/data/*/*.csv.gz"], cur2_charge),
        ("cur2-mock", ["aws-cur2/mock-2024-09/data/*/*.csv.gz"], cur2_charge),
        ("azure-ea-partitioned", ["azure-cost-export/ea-partitioned/*/*/*/*/*.csv.gz"], azure_charge),
        ("focus-1.0-real", ["focus/focus-1.0-real-multicloud.csv"], focus_charge),
        ("focus-1.0-gcp", ["focus/gcp-focus-1.0-eur.csv"], focus_charge),
        ("focus-1.1-null-literal", ["focus/focus-1.1-null-literal.csv"], focus_charge),
        ("focus-1.2-aws", ["focus/aws-focus-1.2/data/*/*.csv.gz"], focus_charge),
        ("focus-1.2-azure", ["focus/azure-focus-1.2/*/*/*/*/*.csv.gz"], focus_charge),
        ("focus-1.3-aws", ["focus/focus-1.3-aws-style.csv"], focus_charge),
    ]
    for path in sorted(glob.glob(os.path.join(samples, "azure-cost-export/*.csv"))):
        name = os.path.basename(path)
        deliveries.append(("azure-" + name[:-4].lower(), ["azure-cost-export/" + name], azure_charge))
    for path in sorted(glob.glob(os.path.join(samples, "focus/spec-examples/*.csv"))):
        name = os.path.basename(path)
        deliveries.append(("focus-spec-" + name[:-4].replace("_", "-"), ["focus/spec-examples/" + name], focus_charge))
    deliveries.append(("aws-monthly", ["aws-monthly-report/*.csv"], None))
    google = "gcp-billing-export/"
    hyper = "spaceone/hyperbilling/SPACE_ONE/billing/database=MZC/account_id=*/year=2025/month=03/part-00000"
    mapped = {"cost": "TotalCost", "currency": "CurrencyCode", "provider": "Provider", "product": "Product", "account": "Account ID"}
    others = [
        ("google-multicurrency", [google + "flattened-underscore-multicurrency.csv"], csv_records, google_csv_charges, None),
        ("google-concatenated", [google + "concatenated-pretty-objects-2019-01.json"], json_records, google_charges, None),
        ("google-koku-python", [google + "koku-2020-11-pyrepr-credits.csv"], csv_records, google_csv_charges, None),
        ("google-detailed", [google + "detailed-2025-03-eur.jsonl.gz"], json_records, google_charges, None),
        ("google-bq-query", [google + "bq-query-2025-03-eur.json"], json_records, google_charges, None),
        ("google-dotted", [google + "dotted-2025-03-eur.csv"], csv_records, google_csv_charges, None),
        ("spaceone-http-file", ["spaceone/http-file-cost_example.csv"], csv_records, http_file_charges({}), None),
        (
            "spaceone-http-file-billed-at",
            ["spaceone/http-file-example_with_billed_at.csv"],
            csv_records,
            http_file_charges({}),
            {"billed_date": "UsageStartDate"},
        ),
        (
            "spaceone-http-file-mapped",
            ["spaceone/http-file-field-mapped.csv"],
            csv_records,
            http_file_charges(mapped),
            {
                **mapped,
                **{"year": "Year", "month": "Month", "day": "Day", "region_code": "RegionCode"},
                **{"usage_quantity": "UsageQuantity", "usage_type": "UsageType"},
            },
        ),
        ("spaceone-plugin-results", ["spaceone/spaceone-plugin-results.json"], plugin_records, plugin_charges, None),
        ("hyperbilling-json", [hyper + ".jsonl"], with_path(json_records), hyperbilling_charges, None),
        (
            "hyperbilling-parquet", ["spaceone/hyperbilling-parquet/*/*/*/*.parquet"],
            with_path(hyperbilling_parquet_records), hyperbilling_charges, None,
        ),
        ("hyperbilling-csv", [hyper + ".csv"], csv_records, hyperbilling_csv_charges, None),
        ("hyperbilling-usage-detail", ["spaceone/mzc-*.json"], usage_detail_records, usage_detail_charges, None),
    ]
    for name, patterns, charge in deliveries:
        paths = find(samples, patterns)
        needs = FOCUS_NEEDS if charge is focus_charge else ()
        write(samples, name, paths, monthly_totals(paths[0]) if charge is None else totals(paths, charge, needs))
    for name, patterns, records, charges, charge_columns in others:
        paths = find(samples, patterns)
        found = record_totals(paths, records, charges)
        write(samples, name, paths, found if charge_columns is None else {"charges": charge_columns, **found})


def find(samples, patterns):
    return sorted(path for pattern in patterns for path in glob.glob(os.path.join(samples, pattern)))


def write(samples, name, paths, result):
    result = {"files": [os.path.relpath(path, samples) for path in paths], **result}
    with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, indent=1)
        file.write("\n")
    print(name, {key: value for key, value in result.items() if key not in ("totals", "files")})


if __name__ == "__main__":
    main(sys.argv[1])
