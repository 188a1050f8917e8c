"""Runs test scripts under wasmtime: reads them as JSON from stdin, prints for each the lines that came out differently.

A trap counts whatever its words, and a refusal likewise: these are for the runtime's own tests.
"""

import json
import math
import struct
import sys

import wasmtime
from wasmtime import component


def engine():
    config = wasmtime.Config()
    config.wasm_component_model = True
    config.wasm_component_model_map = True
    return wasmtime.Engine(config)


def float_of(kind, text):
    if text.startswith("nan"):
        return math.nan
    bits = int(text) & (2**64 - 1)
    if kind == "f32":
        return struct.unpack("<f", struct.pack("<I", bits & (2**32 - 1)))[0]
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def value_of(given, kind):
    """The Python value for a value of the script, whose form depends on its type."""
    name, value = given["type"], given.get("value")
    if isinstance(kind, component.RecordType):
        record, parts = component.Record(), dict((key, part) for key, part in value)
        for field, part in kind.fields:
            setattr(record, field, value_of(parts[field], part))
        return record
    if isinstance(kind, component.TupleType):
        return tuple(value_of(part, of) for part, of in zip(value, kind.elements))
    if isinstance(kind, component.ListType):
        items = [value_of(part, kind.element) for part in value]
        return bytes(items) if isinstance(kind.element, component.U8) else items
    if isinstance(kind, component.FlagsType):
        return set(value)
    if isinstance(kind, component.EnumType):
        return value
    if hasattr(kind, "_cases"):
        return case_of(name, value, kind)
    if name in ("f32", "f64"):
        return float_of(name, value)
    if name == "bool":
        return value in (True, "true")
    if name in ("string", "char"):
        return value
    return int(value, 0)


def case_of(name, value, kind):
    if name == "option":
        tag, payload = ("none", None) if value is None else ("some", value)
    elif name == "result":
        [(tag, payload)] = value.items()
        tag = tag.lower()
    else:
        tag, payload = value["case"], value["payload"]
    inner = None if payload is None else value_of(payload, dict(kind._cases())[tag])
    return component.Variant(tag, inner) if kind._tagged() else inner


def same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, component.Variant) and isinstance(other, component.Variant):
        return one.tag == other.tag and same(one.payload, other.payload)
    if isinstance(one, component.Record):
        return all(same(part, getattr(other, key)) for key, part in vars(one).items())
    return one == other


class Script:
    def __init__(self, of):
        self.engine = of
        self.definitions = {}
        self.instances = {}

    def load(self, path):
        with open(path, "rb") as file:
            return component.Component(self.engine, file.read())

    def instantiate(self, definition, name):
        self.instances.pop(None, None)
        store = wasmtime.Store(self.engine)
        made = (store, component.Linker(self.engine).instantiate(store, definition))
        self.instances[None] = self.instances[name] = made

    def invoke(self, action, expected=()):
        store, instance = self.instances[action.get("module")]
        func = instance.get_func(store, action["field"])
        kind = func.type(store)
        params = [value_of(given, of) for given, (_, of) in zip(action["args"], kind.params)]
        result = func(store, *params)
        if not expected:
            return None
        wanted = value_of(expected[0], kind.result)
        return None if same(result, wanted) else f"expected {wanted!r}, found {result!r}"

    def run(self, command):
        kind, name = command["type"], command.get("name")
        if kind in ("module", "module_definition"):
            self.definitions[None] = self.definitions[name] = definition = self.load(command["filename"])
            return self.instantiate(definition, name) if kind == "module" else None
        if kind == "module_instance":
            return self.instantiate(self.definitions[command.get("module")], command.get("instance"))
        if kind in ("action", "assert_return"):
            return self.invoke(command["action"], command.get("expected", ()))
        return self.refused(command)

    def refused(self, command):
        try:
            if command["type"] == "assert_trap":
                self.invoke(command["action"])
            else:
                definition = self.load(command["filename"])
                if command["type"] == "assert_uninstantiable":
                    self.instantiate(definition, None)
        except (wasmtime.WasmtimeError, wasmtime.Trap):
            return None
        return "was not refused"

    def failure_of(self, command):
        try:
            return self.run(command)
        except Exception as error:  # whatever it is, it is a difference to be told
            return f"{type(error).__name__}: {' '.join(str(error).split())}"


def main():
    shared = engine()
    answers = {}
    for script in json.load(sys.stdin):
        ran = Script(shared)
        failures = [(command["line"], ran.failure_of(command)) for command in script["commands"]]
        answers[script["name"]] = [f"line {line}: {failure}" for line, failure in failures if failure is not None]
    json.dump(answers, sys.stdout)


main()
