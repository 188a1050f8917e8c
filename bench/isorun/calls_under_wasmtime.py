"""Calls exports of a component under wasmtime: for each line `name argument…` prints its result and its nanoseconds."""

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
        name, *given = line.split()
        func, args = made.get_func(store, name), [int(text) for text in given]
        start = time.perf_counter_ns()
        result = func(store, *args)
        print(result, time.perf_counter_ns() - start, flush=True)


main()
