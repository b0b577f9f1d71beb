#!/usr/bin/env python3
"""Writes bills of every format twice, as CSV and as Parquet with the types that the provider gives its columns.

    python3 Tests/ImportingTests/Parquet/bills.py      # needs pyarrow

All accounts, names and amounts are invented.
"""

import csv
import datetime as dt
import decimal
import json
import pathlib
import random

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent / "Bills"
D = decimal.Decimal
rng = random.Random(3)
S, F = pa.string(), pa.float64()
MAP = pa.map_(S, S)
MS = pa.timestamp("ms", tz="UTC")
NTZ = pa.timestamp("us")
UTC = dt.timezone.utc


def text(value):
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return repr(value) if isinstance(value, float) else str(value)


def flattened(prefix, value, kind):
    """A struct's members as columns of their own, as the CSV has them."""
    if not pa.types.is_struct(kind):
        return [(prefix, value)]
    members = []
    for field in kind:
        members += flattened(f"{prefix}.{field.name}", value and value[field.name], field.type)
    return members


def write(name, columns, rows, **options):
    """columns: {name: type}; rows: [{name: value}]"""
    arrays = {}
    for column, kind in columns.items():
        values = [row.get(column) for row in rows]
        if pa.types.is_map(kind):
            values = [None if v is None else list(v.items()) for v in values]
        arrays[column] = pa.array(values, type=kind)
    pq.write_table(pa.table(arrays), FOLDER / f"{name}.parquet", row_group_size=7, store_schema=False, **options)
    with open(FOLDER / f"{name}.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for number, row in enumerate(rows):
            cells = [cell for column, kind in columns.items() for cell in flattened(column, row.get(column), kind)]
            if number == 0:
                writer.writerow([cell[0] for cell in cells])
            writer.writerow([text(cell[1]) for cell in cells])


def day(i):
    return dt.datetime(2026, 3, 1 + i % 28, i % 24, tzinfo=UTC)


def tags(i):
    return [None, {}, {"team": "red"}, {"team": "blue", "env": "größe \"1\""}][i % 4]


def focus():
    columns = {
        "BilledCost": F, "EffectiveCost": F, "ListCost": F, "ContractedCost": F, "BillingAccountId": S,
        "SubAccountId": S, "BillingCurrency": S, "BillingPeriodStart": MS, "BillingPeriodEnd": MS,
        "ChargePeriodStart": MS, "ChargePeriodEnd": MS, "ChargeCategory": S, "ChargeClass": S, "ProviderName": S,
        "ServiceName": S, "RegionId": S, "SkuId": S, "ResourceId": S, "ConsumedQuantity": F, "ConsumedUnit": S,
        "InvoiceId": S, "Tags": MAP,
    }  # fmt: skip
    rows = [
        {
            "BilledCost": rng.uniform(-1, 9) / 7, "EffectiveCost": [None, 1e-09, 0.1][i % 3], "ListCost": i / 3,
            "ContractedCost": 0.0, "BillingAccountId": "012345678901", "SubAccountId": f"00000000000{i % 3}",
            "BillingCurrency": "USD", "BillingPeriodStart": dt.datetime(2026, 3, 1, tzinfo=UTC),
            "BillingPeriodEnd": dt.datetime(2026, 4, 1, tzinfo=UTC), "ChargePeriodStart": day(i),
            "ChargePeriodEnd": day(i), "ChargeCategory": ["Usage", "Tax", "Credit", "Usage"][i % 4],
            "ChargeClass": "Correction" if i == 5 else None, "ProviderName": "AWS", "ServiceName": f"Service {i % 5}",
            "RegionId": [None, "eu-central-1"][i % 2], "SkuId": f"SKU{i}", "ResourceId": f"arn:{i}" if i % 3 else None,
            "ConsumedQuantity": [None, float(i)][i % 2], "ConsumedUnit": "Hours", "InvoiceId": "INV-1",
            "Tags": tags(i),
        }
        for i in range(20)
    ]  # fmt: skip
    write("focus", columns, rows, compression="snappy")
    rows[9]["BilledCost"] = float("nan")
    rows[17]["BilledCost"] = None
    rows[18]["BillingCurrency"] = "Groats"
    write("focus-broken", columns, rows, compression="snappy")


def athena():
    columns = {
        "line_item_usage_account_id": S, "bill_payer_account_id": S, "bill_billing_period_start_date": NTZ,
        "line_item_usage_start_date": NTZ, "line_item_line_item_type": S, "line_item_product_code": S,
        "line_item_unblended_cost": F, "line_item_currency_code": S, "line_item_usage_amount": F,
        "line_item_usage_type": S, "product_product_name": S, "product_region_code": S,
        "pricing_public_on_demand_cost": F, "resource_tags_user_team": S, "bill_invoice_id": S,
    }  # fmt: skip
    types = ["Usage", "Tax", "Credit", "SavingsPlanNegation"]
    rows = [
        {
            "line_item_usage_account_id": "001234567890", "bill_payer_account_id": "112233445566",
            "bill_billing_period_start_date": dt.datetime(2026, 3, 1), "line_item_usage_start_date": day(i),
            "line_item_line_item_type": types[i % 4], "line_item_product_code": f"Amazon{i % 3}",
            "line_item_unblended_cost": rng.uniform(-1, 5) / 9, "line_item_currency_code": "USD",
            "line_item_usage_amount": i / 8, "line_item_usage_type": "EUC1-Box", "product_product_name": "Compute",
            "product_region_code": "eu-central-1", "pricing_public_on_demand_cost": i * 0.7,
            "resource_tags_user_team": [None, "red"][i % 2], "bill_invoice_id": None,
        }
        for i in range(16)
    ]  # fmt: skip
    write("aws-cur-athena", columns, rows, compression="gzip", use_deprecated_int96_timestamps=True)


def cur2():
    columns = {
        "line_item_usage_account_id": S, "bill_payer_account_id": S, "bill_billing_period_start_date": MS,
        "line_item_usage_start_date": MS, "line_item_line_item_type": S, "line_item_product_code": S,
        "line_item_unblended_cost": F, "line_item_currency_code": S, "line_item_usage_amount": F, "product": MAP,
        "resource_tags": MAP, "cost_category": MAP, "discount": pa.map_(S, F),
    }  # fmt: skip
    rows = [
        {
            "line_item_usage_account_id": "001234567890", "bill_payer_account_id": "112233445566",
            "bill_billing_period_start_date": dt.datetime(2026, 3, 1, tzinfo=UTC),
            "line_item_usage_start_date": day(i), "line_item_line_item_type": ["Usage", "Fee"][i % 2],
            "line_item_product_code": f"Amazon{i % 3}", "line_item_unblended_cost": rng.uniform(-1, 5) / 9,
            "line_item_currency_code": "USD", "line_item_usage_amount": i / 8,
            "product": {"product_name": f"Compute {i % 2}", "region_code": "eu-central-1", "sku": f"S{i}"},
            "resource_tags": tags(i), "cost_category": {"unit": "a"} if i % 3 else None,
            "discount": {"edp": -i / 16} if i % 2 else {},
        }
        for i in range(16)
    ]  # fmt: skip
    write("aws-cur2", columns, rows, compression="snappy", data_page_version="2.0")


def azure():
    money = pa.decimal128(38, 18)
    columns = {
        "BillingAccountId": S, "SubscriptionId": S, "ResourceGroup": S, "MeterCategory": S, "MeterId": S,
        "ResourceLocation": S, "ResourceId": S, "Date": pa.date32(), "BillingPeriodStartDate": pa.date32(),
        "BillingPeriodEndDate": pa.date32(), "Quantity": pa.decimal128(20, 9), "UnitOfMeasure": S,
        "CostInBillingCurrency": money, "BillingCurrencyCode": S, "ChargeType": S, "Tags": S,
    }  # fmt: skip
    rows = [
        {
            "BillingAccountId": "8611537", "SubscriptionId": f"64e355d7-997c-491d-b0c1-8414dccfcf4{i % 3}",
            "ResourceGroup": f"rg-{i % 2}", "MeterCategory": "Storage", "MeterId": f"m{i}",
            "ResourceLocation": "EastUS", "ResourceId": f"/subscriptions/x/{i}", "Date": day(i).date(),
            "BillingPeriodStartDate": dt.date(2026, 3, 1), "BillingPeriodEndDate": dt.date(2026, 3, 31),
            "Quantity": D(i * 10**6).scaleb(-9), "UnitOfMeasure": "1 GB",
            "CostInBillingCurrency": D(rng.randrange(-(10**20), 10**20)).scaleb(-18), "BillingCurrencyCode": "EUR",
            "ChargeType": ["Usage", "Purchase", "Tax"][i % 3], "Tags": [None, '"team": "red"', '{"team": "blue"}'][i % 3],
        }
        for i in range(16)
    ]  # fmt: skip
    write("azure", columns, rows, compression="zstd")


def google():
    pairs = pa.list_(pa.struct([("key", S), ("value", S)]))
    columns = {
        "billing_account_id": S, "service": pa.struct([("id", S), ("description", S)]),
        "sku": pa.struct([("id", S), ("description", S)]), "usage_start_time": MS,
        "project": pa.struct([("id", S), ("labels", pairs)]), "labels": pairs,
        "location": pa.struct([("location", S), ("region", S)]), "cost": F, "currency": S,
        "usage": pa.struct([("amount", F), ("unit", S)]),
        "credits": pa.list_(pa.struct([("name", S), ("amount", F), ("type", S)])),
        "invoice": pa.struct([("month", S)]), "cost_type": S,
    }  # fmt: skip
    rows = [
        {
            "billing_account_id": "01AB23-45CD67-89EF01", "service": {"id": "6F81", "description": "Compute Engine"},
            "sku": {"id": f"{i:04d}", "description": "Core"}, "usage_start_time": day(i),
            "project": None if i % 5 == 4 else {"id": f"web-{i % 2}", "labels": [{"key": "a", "value": None}]},
            "labels": [{"key": "team", "value": "red"}] if i % 2 else [],
            "location": {"location": "eu", "region": None if i % 3 else "europe-west3"},
            "cost": rng.uniform(0, 5) / 9, "currency": "EUR", "usage": {"amount": i / 8, "unit": "seconds"},
            "credits": [{"name": f"c{j}", "amount": -0.01 / (j + 3), "type": "DISCOUNT"} for j in range(i % 3)],
            "invoice": {"month": "202603"}, "cost_type": ["regular", "tax"][i % 7 == 6],
        }
        for i in range(16)
    ]  # fmt: skip
    write("google", columns, rows, compression="zstd")


def hyperbilling():
    columns = {
        "usage_date": pa.date32(), "region": S, "service_code": S, "usage_type": S, "usage_quantity": F,
        "usage_cost": F, "tags": S, "tag_application": S, "account_id": S,
    }  # fmt: skip
    rows = [
        {
            "usage_date": day(i).date(), "region": ["APN2", None][i % 2], "service_code": ["AmazonEC2", "Tax"][i % 5 == 4],
            "usage_type": "Box", "usage_quantity": i / 3, "usage_cost": None if i == 7 else rng.uniform(0, 5) / 9,
            "tags": ['{"user:team":"red"}', None][i % 2], "tag_application": "shop", "account_id": "001234567890",
        }
        for i in range(16)
    ]  # fmt: skip
    write("hyperbilling", columns, rows, compression="snappy")


FOLDER.mkdir(exist_ok=True)
for bill in [focus, athena, cur2, azure, google, hyperbilling]:
    bill()
