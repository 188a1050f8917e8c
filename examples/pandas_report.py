# /// script
# requires-python = ">=3.9"
# dependencies = ["pandas"]
# ///
"""Joins and groups two small tables, and prints the totals as JSON."""

import io
import json

import pandas

orders = pandas.read_csv(
    io.StringIO("customer,day,amount\n1,2026-01-05,10.5\n2,2026-01-20,4\n1,2026-02-03,20\n3,2026-02-10,7.25\n"),
    parse_dates=["day"],
)
customers = pandas.DataFrame({"customer": [1, 2, 3], "country": ["NO", "PT", "NO"]})
joined = orders.merge(customers, on="customer")
by_country = joined.groupby("country")["amount"].sum()
by_month = joined.groupby(joined["day"].dt.strftime("%Y-%m"))["amount"].mean()

print(json.dumps({"by_country": by_country.to_dict(), "by_month": by_month.to_dict()}))
