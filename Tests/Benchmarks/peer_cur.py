#!/usr/bin/env python3
"""The sums of a legacy Cost and Usage Report in DuckDB: billed, list cost and quantity by account, service, region, kind
of line and day, exactly; then billed cost and rows by account and service.

    peer_cur.py --input FILE --out OUT.csv [--threads 2]
"""
import argparse

import duckdb

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--input", required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
connection = duckdb.connect()
connection.execute(f"SET threads={arguments.threads}; SET preserve_insertion_order=false")
connection.execute(f"""
COPY (
  SELECT account, service, currency, sum(rows) AS rows, sum(billed) AS billed FROM (
    SELECT "bill/PayerAccountId" AS payer, "lineItem/UsageAccountId" AS account, "product/ProductName" AS service,
      "product/regionCode" AS region, "lineItem/LineItemType" AS kind, "lineItem/CurrencyCode" AS currency,
      CAST("lineItem/UsageStartDate"[1:10] AS DATE) AS day, count(*) AS rows,
      sum(CAST("lineItem/UnblendedCost" AS DECIMAL(38, 16))) AS billed,
      sum(CAST(nullif("pricing/publicOnDemandCost", '') AS DECIMAL(38, 16))) AS listed,
      sum(CAST(nullif("lineItem/UsageAmount", '') AS DECIMAL(38, 16))) AS quantity
    FROM read_csv('{arguments.input}', header=true, delim=',', quote='"', escape='"', all_varchar=true)
    GROUP BY ALL)
  GROUP BY ALL ORDER BY account, service
) TO '{arguments.out}' (FORMAT csv, HEADER true)""")
