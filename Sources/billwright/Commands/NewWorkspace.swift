/// The files of a new workspace: small, commented, and valid as they stand.
enum NewWorkspace {
    static let folders = ["catalog/plans", "customers", "inbox/meters", "inbox/providers"]

    static let files: [(path: String, text: String)] = [
        ("billwright.yaml", business), ("catalog/meters.yaml", meters), ("catalog/items.yaml", items),
        ("catalog/plans/standard.yaml", plan), ("catalog/add-ons.yaml", addOns),
        ("catalog/promotions.yaml", promotions), ("catalog/rewards.yaml", rewards),
        ("catalog/exchange-rates.csv", exchangeRates), ("customers/example.yaml", customer),
        ("accounts.yaml", accounts), ("sources.yaml", sources),
        (".gitignore", gitignore),
    ]

    private static let business = """
        # Who bills, and the conventions that hold for every invoice.
        seller:
          name: Example Ltd
          address: [1 Example Street, 20095 Hamburg]
          country: DE
          tax_id: DE000000000
        time_zone: Europe/Berlin      # where days begin, unless a customer has another zone
        currency: EUR                 # unless a customer has another one
        locale: en                    # en, de, fr, ja or ko

        taxes:
          - { code: standard, name: VAT, rate: 19% }
          - { code: reverse-charge, name: VAT, category: reverse-charge, note: "Reverse charge, art. 196 Directive 2006/112/EC" }
          - { code: outside, name: No VAT, category: outside-scope }
        default_tax: standard
        # Several taxes under one code: { code: quebec, name: Quebec, together: [gst, qst] }; compounds_on: [gst] on one of
        # them computes it on the other too; included: true says that prices contain the tax. Codes by place:
        # tax_regions:
        #   - { region: FR, tax: french, with_tax_id: reverse-charge, instead: { reduced: french-reduced } }

        payment:
          due_days: 14
          terms: Net 14

        rounding: half-away-from-zero # each line, at the currency's digits
        prepaid: after-tax            # or before-tax
        shared_amounts: by-net        # or equally, separate: what no single project caused
        exchange_rule: period-end     # or usage-date, monthly-average
        exchange_inverse: false       # whether a missing rate may be one divided by the opposite one
        # exchange_through: USD       # or go by way of a third currency
        unknown_customers: quarantine # or ignore, create, fail
        on_bad_row: quarantine        # or fail
        on_conflict: keep-first       # or keep-last, fail

        """

    private static let meters = """
        # What is counted. aggregation: sum, count, unique, max, latest, time-weighted, ... (README, "Meters").
        meters:
          - id: api-calls
            name: API calls
            unit: calls
            aggregation: sum
            dimensions: [region]

        """

    private static let items = """
        # What appears on invoices: usage of a meter, or cost from provider bills.
        items:
          - id: api-calls
            name: API calls
            meter: api-calls
          - id: cloud
            name: Cloud infrastructure
            cost:
              split: [provider, service]  # a line for each

        """

    private static let plan = """
        # A plan, one file each. A version's prices hold from its day on. README, "Plans", has trials, minimums, commitments, ...
        id: standard
        name: Standard
        currency: EUR
        period: month                 # day, week, month, year, or a count such as "3 months"
        anchor: calendar              # or anniversary of the subscription
        versions:
          - from: 2026-01-01
            fees:
              - { name: Base fee, amount: 49.00, charged: arrears }
            prices:
              - item: api-calls
                model: graduated      # or flat, per-unit, package, volume, stairstep, ... (README, "Prices")
                included: 1000
                tiers:                # up_to is inclusive; the last tier is open
                  - { up_to: 100000, unit_price: 0.0004 }
                  - { unit_price: 0.00025 }
              - item: cloud
                model: cost-plus
                markup: 8%

        """

    private static let addOns = """
        # Sold beside a plan.
        add_ons:
          - { id: support, name: Support, amount: 25.00, currency: EUR, recurrence: each-period }

        """

    private static let promotions = """
        # Price reductions: given to customers by name, by a code that they redeem, or to all with a tag.
        promotions:
          - { id: welcome, name: Welcome discount, percentage: 10%, cycles: 3, cap_per_cycle: 100.00 }

          # What is taken off: percentage, amount with currency, or
          #   currency: EUR
          #   tiers: [{ up_to: 500, percentage: 10% }, { percentage: 15% }]   # tier_mode: graduated or volume
          # For what: items, plans or projects; where: { region: [eu] } for dimension values.
          # For whom: code: SPRING26, customer_tags: [non-profit]; only_for_tags: [partner] restricts either.
          # How long: from, until, cycles, months. How much: cap_per_cycle, cap_in_total; remainder: carried adds what an
          # invoice left to the next. With others: priority: 100, combine: yes, no or best.

        """

    private static let rewards = """
        # Usage that earns credit: each whole block of a meter, once.
        # rewards:
        #   - id: green
        #     name: Green region reward
        #     meter: api-calls
        #     where: { region: [eu] }
        #     per: 1000                 # calls
        #     amount: 2.00
        #     currency: EUR
        #     limit_per_period: 50.00
        #     limit_in_total: 500.00
        #     expires_after: 3 months
        #     usable: next-period       # or same-period
        #     customer_tags: [loyal]    # or by name, in a customer's "rewards"

        """

    private static let exchangeRates = """
        date,from,to,rate,source

        """

    private static let customer = """
        # A customer, one file each.
        id: example
        name: Example Customer GmbH
        address: [2 Example Road, 10115 Berlin]
        country: DE
        projects:
          - { id: example-web, name: Website }
          - { id: example-data, name: Data }
        default_project: example-web
        subscriptions:
          - plan: standard
            from: 2026-01-01
            add_ons:
              - { add_on: support }
        promotions:
          - { promotion: welcome }
        credits:
          - { id: example-start, name: Starting credit, kind: promotional, amount: 50.00, from: 2026-01-01 }

          # Bought: kind: prepaid, price: 45.00, paid: 2026-01-05 or pending. Again and again: every: month,
          # rollover: 20.00 or all. Ends: expires: 2027-01-01. Only for: projects, items. First or last: priority: 100.
          # In a unit of catalog/credit-units.yaml: unit: tokens. A warning: alert_below: 10.00
        # codes: [{ code: SPRING26, redeemed: 2026-03-01 }]
        # rewards: [green]

        """

    private static let accounts = """
        # Provider accounts and the projects that their costs are billed to.
        service_accounts:
          - { id: aws-example, name: AWS production, provider: aws, accounts: ["000000000000"], project: example-web }

          # An account may also have
          #   tags: { team: web }            for `billwright costs --by account-tag:team`
          #   credentials: { env: NAME }     or { file: PATH }, { secret: NAME }: where a secret lies, never the secret itself

        # Moves charges to other projects; tried in order, until one that matches stops (stop: false goes on). All that is
        # given must match: providers, accounts, sub_accounts, services, regions, categories, resource_groups, resources,
        # tags. A star stands for any characters.
        rules:
          - name: data by tag
            match: { tags: { team: [data, "data-*"] } }
            project: example-data

        """

    private static let sources = """
        # Only for exports whose columns are named in their own way, or whose times have no zone.
        # sources:
        #   - name: partner
        #     files: [meters/partner-*.csv]
        #     zone: Europe/Berlin
        #     fields: { identity: ref, customer: client, meter: what, value: amount, time: at }

        """

    private static let gitignore = """
        ledger.sqlite*
        .billwright.lock
        out/
        inbox/

        """
}
