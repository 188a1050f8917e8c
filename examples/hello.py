# /// script
# requires-python = ">=3.9"
# dependencies = ["rich", "humanize"]
# ///
"""Shows what this run consists of: the interpreter, and where each declared package came from."""

import importlib.metadata
import sys

import humanize
from rich.console import Console
from rich.table import Table

console = Console(width=72)
table = Table(title="Hello from Vivarium")
table.add_column("distribution", style="bold cyan")
table.add_column("version", justify="right")
table.add_column("files", justify="right")

for distribution in sorted(importlib.metadata.distributions(), key=lambda d: d.metadata["Name"].lower()):
    files = distribution.files or []
    table.add_row(distribution.metadata["Name"], distribution.version, humanize.intcomma(len(files)))

console.print(table)
console.print(f"Python {sys.version_info.major}.{sys.version_info.minor}, in an environment made for what this script declares.")
