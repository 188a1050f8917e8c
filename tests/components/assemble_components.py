"""Assembles component text: reads jobs as JSON from stdin, writes each result to its target."""

import json
import os
import sys

import wasmtime


def assemble(job):
    try:
        binary = bytes(wasmtime.wat2wasm(job["text"]))
    except wasmtime.WasmtimeError as error:
        return str(error)
    # Tests run at the same time: nobody may read half of a file.
    partial = f"{job['target']}.{os.getpid()}"
    with open(partial, "wb") as file:
        file.write(binary)
    os.replace(partial, job["target"])
    return None


problems = [problem for problem in map(assemble, json.load(sys.stdin)) if problem is not None]
print("\n".join(problems))
sys.exit(1 if problems else 0)
