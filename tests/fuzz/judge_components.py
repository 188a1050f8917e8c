"""Judges components with wasmtime: reads one in base64 from each line of stdin, prints one line for each: empty, or why not."""

import base64
import sys

import wasmtime
from wasmtime import component

config = wasmtime.Config()
config.wasm_component_model = True
config.wasm_component_model_map = True
config.cranelift_opt_level = "none"
engine = wasmtime.Engine(config)

for line in sys.stdin:
    try:
        component.Component(engine, base64.b64decode(line))
        verdict = ""
    except wasmtime.WasmtimeError as error:
        verdict = " ".join(str(error).split()) or "refused"
    print(verdict, flush=True)
