#!/usr/bin/env python3
"""Writes a provider bill in the legacy layout of AWS's Cost and Usage Report; every name and amount in it is invented.

    cur.py --rows 373488 --out FILE [--accounts 20] [--month 2026-10]

The same arguments give the same bytes. Hourly rows of some services, with resources, rates of ten digits and costs down
to 1E-8, and of every account a few rows of tax and credit.
"""
import argparse
import calendar
import random
import uuid

HEADER = (
    "identity/LineItemId,identity/TimeInterval,bill/InvoiceId,bill/InvoicingEntity,bill/BillingEntity,bill/BillType,"
    "bill/PayerAccountId,bill/BillingPeriodStartDate,bill/BillingPeriodEndDate,lineItem/UsageAccountId,"
    "lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,"
    "lineItem/Operation,lineItem/AvailabilityZone,lineItem/ResourceId,lineItem/UsageAmount,lineItem/NormalizationFactor,"
    "lineItem/NormalizedUsageAmount,lineItem/CurrencyCode,lineItem/UnblendedRate,lineItem/UnblendedCost,"
    "lineItem/BlendedRate,lineItem/BlendedCost,lineItem/LineItemDescription,lineItem/TaxType,lineItem/LegalEntity,"
    "product/ProductName,product/availability,product/durability,product/eventType,product/fromLocation,"
    "product/fromLocationType,product/fromRegionCode,product/group,product/groupDescription,product/instanceType,"
    "product/location,product/locationType,product/memory,product/operatingSystem,product/operation,"
    "product/productFamily,product/region,product/regionCode,product/servicecode,product/servicename,product/sku,"
    "product/storageClass,product/storageMedia,product/tenancy,product/toLocation,product/toRegionCode,"
    "product/transferType,product/usagetype,product/vcpu,product/volumeType,pricing/RateCode,pricing/RateId,"
    "pricing/currency,pricing/publicOnDemandCost,pricing/publicOnDemandRate,pricing/term,pricing/unit,"
    "reservation/AmortizedUpfrontCostForUsage,reservation/EffectiveCost,reservation/EndTime,"
    "reservation/NumberOfReservations,reservation/RecurringFeeForUsage,reservation/ReservationARN,reservation/StartTime,"
    "reservation/SubscriptionId,reservation/UnusedQuantity,reservation/UpfrontValue,savingsPlan/SavingsPlanARN,"
    "savingsPlan/SavingsPlanRate,savingsPlan/SavingsPlanEffectiveCost,savingsPlan/UsedCommitment,"
    "resourceTags/user:environment,resourceTags/user:team").split(",")

SERVICES = [
    # code, name, family, usage type, operation, unit, rate in 10^-10, resource
    ("AmazonEC2", "Amazon Elastic Compute Cloud", "Compute Instance", "BoxUsage:m7g.large", "RunInstances", "Hrs",
     816_000_000, "i-%017x"),
    ("AmazonEC2", "Amazon Elastic Compute Cloud", "Storage", "EBS:VolumeUsage.gp3", "CreateVolume-Gp3", "GB-Mo",
     800_000_000, "vol-%017x"),
    ("AmazonS3", "Amazon Simple Storage Service", "API Request", "Requests-Tier2", "GetObject", "Requests",
     4_000, "archive-%012x"),
    ("AmazonS3", "Amazon Simple Storage Service", "Data Transfer", "DataTransfer-Out-Bytes", "GetObject", "GB",
     900_000_000, "archive-%012x"),
    ("AWSLambda", "AWS Lambda", "Serverless", "Lambda-GB-Second-ARM", "Invoke", "Lambda-GB-Second", 133_334,
     "arn:aws:lambda:function:worker-%08x"),
    ("AmazonRDS", "Amazon Relational Database Service", "Database Instance", "InstanceUsage:db.r7g.large",
     "CreateDBInstance:0014", "Hrs", 2_390_000_000, "arn:aws:rds:db:books-%06x"),
    ("AmazonCloudWatch", "AmazonCloudWatch", "Metric", "CW:MetricMonitorUsage", "MetricStorage", "Metrics", 3_000_000_000,
     ""),
    ("awskms", "AWS Key Management Service", "API Request", "KMS-Requests", "Decrypt", "Requests", 30_000,
     "arn:aws:kms:key/%016x"),
]
REGIONS = [("us-east-1", "US East (N. Virginia)"), ("eu-central-1", "EU (Frankfurt)"), ("eu-west-1", "EU (Ireland)"),
           ("ap-northeast-2", "Asia Pacific (Seoul)")]


def decimal(value, digits):
    """A number in units of 10^-digits, as AWS writes it: with exponent when it is small."""
    if value == 0:
        return "0.0"
    if abs(value) * 1000 < 10 ** digits:
        text = str(abs(value))
        exponent = len(text) - 1 - digits
        fraction = text[1:].rstrip("0") or "0"
        return f"{'-' if value < 0 else ''}{text[0]}.{fraction}E{exponent}"
    whole, rest = divmod(abs(value), 10 ** digits)
    fraction = f"{rest:0{digits}d}".rstrip("0") or "0"
    return f"{'-' if value < 0 else ''}{whole}.{fraction}"


def quoted(text):
    return '"' + text + '"' if "," in text else text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=373_488)
    parser.add_argument("--out", required=True)
    parser.add_argument("--accounts", type=int, default=20)
    parser.add_argument("--month", default="2026-10")
    arguments = parser.parse_args()
    year, month = map(int, arguments.month.split("-"))
    days = calendar.monthrange(year, month)[1]
    end = f"{year + month // 12}-{month % 12 + 1:02d}"
    numbers = random.Random(1)
    place = {name: index for index, name in enumerate(HEADER)}
    with open(arguments.out, "w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADER) + "\n")
        lines = []
        for number in range(arguments.rows):
            row = [""] * len(HEADER)
            fill(row, place, numbers, number, arguments, days, end)
            lines.append(",".join(row) + "\n")
            if len(lines) == 10_000:
                file.writelines(lines)
                lines = []
        file.writelines(lines)


def fill(row, place, numbers, number, arguments, days, end):
    def put(**values):
        for name, value in values.items():
            row[place[name.replace("__", "/").replace("_user_", "/user:")]] = value

    account = f"4100000000{numbers.randrange(arguments.accounts):02d}"
    code, name, family, usage, operation, unit, rate, resource = SERVICES[numbers.randrange(len(SERVICES))]
    region, location = REGIONS[numbers.randrange(len(REGIONS))]
    hour = numbers.randrange(days * 24)
    day, at = hour // 24 + 1, hour % 24
    begin = f"{arguments.month}-{day:02d}T{at:02d}:00:00Z"
    until = f"{arguments.month}-{day:02d}T{at + 1:02d}:00:00Z" if at < 23 else (
        f"{arguments.month}-{day + 1:02d}T00:00:00Z" if day < days else f"{end}-01T00:00:00Z")
    amount = numbers.randrange(1, 10 ** numbers.randrange(4, 9))  # in 10^-6
    cost = amount * rate  # in 10^-16
    kind = "Usage" if number % 500 else ("Tax" if number % 1000 else "Credit")
    identity = uuid.UUID(int=numbers.getrandbits(128)).hex + uuid.UUID(int=number).hex[:20]
    put(identity__LineItemId=identity, identity__TimeInterval=begin + "/" + until, bill__InvoiceId="882211000",
        bill__InvoicingEntity='"Example Cloud Services, Inc."', bill__BillingEntity="AWS", bill__BillType="Anniversary",
        bill__PayerAccountId="410000000000", bill__BillingPeriodStartDate=f"{arguments.month}-01T00:00:00Z",
        bill__BillingPeriodEndDate=f"{end}-01T00:00:00Z", lineItem__UsageAccountId=account,
        lineItem__LineItemType=kind, lineItem__UsageStartDate=begin, lineItem__UsageEndDate=until,
        lineItem__ProductCode=code, lineItem__CurrencyCode="USD", product__ProductName=name,
        product__servicecode=code, product__servicename=name, product__region=region, product__regionCode=region,
        lineItem__LegalEntity='"Example Cloud Services, Inc."')
    if kind != "Usage":
        value = amount * (1 if kind == "Tax" else -1)
        put(lineItem__UsageAmount="1.0", lineItem__UnblendedCost=decimal(value, 6), lineItem__BlendedCost="0.0",
            lineItem__LineItemDescription=f"{kind} for product code {code}", pricing__publicOnDemandCost="0.0")
        return
    identifier = resource % numbers.getrandbits(40) if resource else ""
    sku = f"{number % 9973:05d}QWMRT7KZ2XN"
    put(lineItem__UsageType=f"{region.split('-')[0].upper()}-{usage}", lineItem__Operation=operation,
        lineItem__AvailabilityZone=region + "a" if family == "Compute Instance" else "", lineItem__ResourceId=identifier,
        lineItem__UsageAmount=decimal(amount, 6), lineItem__UnblendedRate=decimal(rate, 10),
        lineItem__UnblendedCost=decimal(cost, 16), lineItem__BlendedRate=decimal(rate, 10),
        lineItem__BlendedCost=decimal(cost, 16),
        lineItem__LineItemDescription=quoted(f"${decimal(rate, 10)} per {unit} - {usage} in {location}, as used"),
        product__group=family, product__groupDescription=f"{family} of {name} in {location}",
        product__location=location, product__locationType="AWS Region", product__operation=operation,
        product__productFamily=family, product__sku=sku, product__usagetype=usage,
        product__tenancy="Shared", product__fromLocation=location, product__fromRegionCode=region,
        pricing__RateCode=f"{sku}.JRTCKXETXF.6YS6EN2CT7", pricing__RateId=str(10_000_000_000 + number),
        pricing__currency="USD", pricing__publicOnDemandCost=decimal(cost, 16),
        pricing__publicOnDemandRate=decimal(rate, 10), pricing__term="OnDemand", pricing__unit=unit,
        reservation__SubscriptionId=str(2_000_000_000 + number % 977),
        resourceTags_user_environment=numbers.choice(["production", "staging", ""]),
        resourceTags_user_team=numbers.choice(["atlas", "borealis", "cygnus", ""]))


if __name__ == "__main__":
    main()
