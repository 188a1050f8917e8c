"""Calls exports of a component under wasmtime: for each line, [name, argument…], prints its result and milliseconds."""

import json
import sys
import time

import wasmtime
from wasmtime import component


def main():
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    with open(sys.argv[1], "rb") as file:
        made = component.Linker(engine).instantiate(store, component.Component(engine, file.read()))
    for line in sys.stdin:
        name, *args = json.loads(line)
        func = made.get_func(store, name)
        start = time.perf_counter_ns()
        result = func(store, *args)
        duration = (time.perf_counter_ns() - start) / 1e6
        print(json.dumps({"result": str(result), "durationMs": duration}), flush=True)


main()
