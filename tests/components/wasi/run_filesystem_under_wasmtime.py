"""Calls the component of the folder filesystem under wasmtime: reads JSON from stdin, prints what came out of each scenario.

{"component": path, "scenarios": [{"directories": [[host path, guest path, whether it may be written]], "calls": [[name,
argument, ...]]}]}. Handles are numbers, and those of a scenario are its own. A trap is told as "trap", and ends it.
"""

import json
import sys

import wasmtime
from wasmtime import component


def argument(given, kind):
    if isinstance(kind, component.FlagsType):
        return set(given)
    if isinstance(kind, component.VariantType):
        if isinstance(given, str):
            return component.Variant(given, None)
        time = component.Record()
        time.seconds, time.nanoseconds = given
        return component.Variant("timestamp", time)
    if isinstance(kind, component.ListType):
        return given.encode()
    return given


def plain(value):
    """Times that are not the scenario's own, and hashes, differ from run to run."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, component.Variant):
        return {value.tag: plain(value.payload)}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, component.Record):
        fields = vars(value)
        if "seconds" in fields:
            return [fields["seconds"], fields["nanoseconds"]] if fields["seconds"] < 1_000_000 else "recently"
        if "lower" in fields:
            return "hash"
        return {key: plain(part) for key, part in fields.items() if key != "status-change-timestamp"}
    return value


def result(value, kind):
    """A result whose sides are of two Python types is told by its type: the error is a string, or a variant."""
    if not isinstance(kind, component.ResultType):
        return plain(value)
    if kind._tagged():
        tag = value.tag
        return {tag: plain(value.payload)}
    is_error = isinstance(value, str) or isinstance(value, component.Variant)
    return {"err" if is_error else "ok": plain(value)}


def run(engine, definition, scenario):
    store = wasmtime.Store(engine)
    config = wasmtime.WasiConfig()
    for host, guest, writable in scenario["directories"]:
        config.preopen_dir(host, guest, writable)
    store.set_wasi(config)
    linker = component.Linker(engine)
    linker.add_wasip2()
    instance = linker.instantiate(store, definition)
    answers = []
    for name, *given in scenario["calls"]:
        func = instance.get_func(store, name)
        kind = func.type(store)
        values = [argument(value, of) for value, (_, of) in zip(given, kind.params)]
        try:
            answers.append(result(func(store, *values), kind.result))
        except (wasmtime.WasmtimeError, wasmtime.Trap):
            return [*answers, "trap"]
    return answers


def main():
    engine = wasmtime.Engine()
    asked = json.load(sys.stdin)
    with open(asked["component"], "rb") as file:
        definition = component.Component(engine, file.read())
    json.dump([run(engine, definition, scenario) for scenario in asked["scenarios"]], sys.stdout)


main()
