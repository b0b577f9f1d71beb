"""Writes the peers' plans and customers as a billwright workspace, so that both do the same work."""
import os


def write(folder, path, text):
    target = os.path.join(folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_workspace(plans, folder, unique):
    taxes = sorted({customer["tax_rate"] for customer in plans["customers"].values()})
    codes = {rate: "vat-" + rate.replace(".", "-") for rate in taxes}
    write(folder, "billwright.yaml", f"""seller: {{ name: Bench Ltd }}
time_zone: UTC
currency: {plans["currency"]}
default_tax: {codes[taxes[0]]}
taxes:
""" + "".join(f"  - {{ code: {codes[rate]}, name: VAT, rate: {percent(rate)}% }}\n" for rate in taxes))
    meters = next(iter(plans["plans"].values()))["meters"]
    write(folder, "catalog/meters.yaml", "meters:\n" + "".join(
        f"  - {{ id: {name}, unit: {meter['unit']}, aggregation: {meter['aggregate']}"
        + (f", unique_dimension: {unique}" if unique else "") + " }\n"
        for name, meter in meters.items()))
    write(folder, "catalog/items.yaml", "items:\n" + "".join(
        f"  - {{ id: {name}, name: {name}, meter: {name} }}\n" for name in sorted(meters)))
    for name, plan in plans["plans"].items():
        write(folder, f"catalog/plans/{name}.yaml", plan_text(name, plan, plans["currency"]))
    # The peer charges the plan's fee once for each project with usage: an add-on for each.
    write(folder, "catalog/add-ons.yaml", "add_ons:\n" + "".join(
        f"  - {{ id: fee-{name}, name: base fee, amount: {plan['base_fee']}, currency: {plans['currency']}, "
        f"recurrence: each-period }}\n" for name, plan in plans["plans"].items()))
    for identifier, customer in plans["customers"].items():
        write(folder, f"customers/{identifier}.yaml", customer_text(identifier, customer, codes, plans))


def write_bill_workspace(folder):
    """A workspace that owns nothing of a bill: all of it is summed up by account and service."""
    write(folder, "billwright.yaml", """seller: { name: Bench Ltd }
time_zone: UTC
currency: USD
default_tax: none
taxes:
  - { code: none, name: VAT, rate: 0% }
""")
    write(folder, "customers/nobody.yaml", "id: nobody\nname: Nobody\nprojects:\n  - { id: nothing }\n")


def percent(rate):
    from decimal import Decimal
    return format((Decimal(rate) * 100).normalize(), "f")


def plan_text(name, plan, currency):
    text = f"id: {name}\nname: {name}\ncurrency: {currency}\nperiod: month\nversions:\n  - from: 2026-01-01\n    prices:\n"
    for item in sorted(plan["meters"]):
        meter = plan["meters"][item]
        text += f"      - item: {item}\n"
        if meter["model"] == "per_unit":
            text += f"        model: per-unit\n        unit_price: {meter['unit_price']}\n"
        elif meter["model"] == "package":
            text += f"        model: package\n        size: {meter['package_size']}\n        price: {meter['package_price']}\n"
        else:
            text += f"        model: {meter['model']}\n        tiers:\n"
            for tier in meter["tiers"]:
                bound = f"up_to: {tier['up_to']}, " if tier["up_to"] is not None else ""
                text += f"          - {{ {bound}unit_price: {tier['unit_price']} }}\n"
    return text


def customer_text(identifier, customer, codes, plans):
    projects = [f"prj_{identifier[4:]}_{letter}" for letter in "abc"]
    text = f"id: {identifier}\nname: {quoted(customer['name'])}\n"
    text += f"address: [{', '.join(quoted(line) for line in customer['address'])}]\n"
    text += f"tax: {codes[customer['tax_rate']]}\nprojects:\n"
    text += "".join(f"  - {{ id: {project} }}\n" for project in projects)
    plan = customer["plan"]
    text += f"subscriptions:\n  - plan: {plan}\n    from: 2026-01-01\n"
    if plans["plans"][plan]["base_fee"] != "0.00":
        text += "    add_ons:\n"
        text += "".join(f"      - {{ add_on: fee-{plan}, project: {project} }}\n" for project in projects)
    return text
