"""Instances of a component under wasmtime: each line asks for a round of some, each timed by itself.

Arguments: the component, how many instances to keep alive, how many to make in a round, and an interface, a function
and numbers that show that an instance works.
"""

import collections
import json
import sys
import time

import wasmtime
from wasmtime import component


def main():
    path, alive, singly, interface, name, *given = sys.argv[1:]
    engine = wasmtime.Engine()
    with open(path, "rb") as file:
        compiled = component.Component(engine, file.read())
    linker = component.Linker(engine)
    args = [int(text) for text in given]
    kept = collections.deque()

    def make():
        store = wasmtime.Store(engine)
        return store, linker.instantiate(store, compiled)

    def use(store, instance):
        index = instance.get_export_index(store, name, instance.get_export_index(store, interface))
        return str(instance.get_func(store, index)(store, *args))

    while len(kept) < int(alive):
        kept.append(make())
    for _ in sys.stdin:
        durations, outputs = [], []
        for _ in range(int(singly)):
            start = time.perf_counter_ns()
            made = make()
            durations.append((time.perf_counter_ns() - start) / 1e6)
            outputs.append(use(*made))
            kept.append(made)
            while len(kept) > int(alive):
                kept.popleft()
        print(json.dumps({"durationsMs": durations, "output": ",".join(dict.fromkeys(outputs))}), flush=True)


main()
