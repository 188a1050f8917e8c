import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { assemble, readOwnScripts } from "../../tests/components/assemble.ts";
import { built } from "../../tests/components/built.ts";
import { Component } from "../runtime/component.ts";
import { Runtime } from "../runtime/runtime.ts";
import type { Plan } from "./plan.ts";
import { formatPlan, planLettersMax } from "./plan-text.ts";
import { definitionsMax, importsMax, stepsMax } from "./planner.ts";

/** The outer component passes an import and a function of one inner component on to another. */
const linked = `
(component $app
  (import "wasi:demo/log@0.1.0" (instance $log (export "write" (func (param "line" string)))))
  (component $provider
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64)
      (func (export "shout") (param i32 i32) (result i32) i32.const 8))
    (core instance $i (instantiate $m))
    (func (export "shout") (param "text" string) (result string)
      (canon lift (core func $i "shout") (memory (core memory $i "memory")) (realloc (core func $i "realloc")) string-encoding=utf16)))
  (component $consumer
    (import "shout" (func $shout (param "text" string) (result string)))
    (import "log" (instance $log (export "write" (func (param "line" string)))))
    (core module $libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64))
    (core instance $libc (instantiate $libc))
    (core func $shout (canon lower (func $shout) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core func $write (canon lower (func $log "write") (memory (core memory $libc "memory"))))
    (core module $main
      (import "libc" "memory" (memory 1))
      (import "host" "shout" (func (param i32 i32 i32)))
      (import "host" "write" (func (param i32 i32)))
      (func (export "run") (param i32)))
    (core instance $main (instantiate $main
      (with "libc" (instance $libc))
      (with "host" (instance (export "shout" (func $shout)) (export "write" (func $write))))))
    (type $file (resource (rep i32) (dtor (core func $main "run"))))
    (core func $drop (canon resource.drop $file))
    (func (export "run") (param "times" u32) (canon lift (core func $main "run"))))
  (instance $p (instantiate $provider))
  (instance $c (instantiate $consumer (with "shout" (func $p "shout")) (with "log" (instance $log))))
  (export "run" (func $c "run"))
  (export "write" (func $log "write")))`;

test("what is instantiated, in order, and where each import comes from", async () => {
  expect(formatPlan(await planOfText(linked))).toMatchInlineSnapshot(`
    " 0  component instance "app"
     1  component instance "provider" in 0
     2  core instance of module 0 "m" of 90 bytes in 1
     3  component instance "consumer" in 0
     4  core instance of module 1 "libc" of 73 bytes in 3
     5  adapter from 3 to 1, 2 "shout": func(text: string) -> string, utf8 to utf16
     6  import wasi:demo/log@0.1.0#write: func(line: string) in 3, utf8
     7  core instance of module 2 "main" of 103 bytes in 3
          "libc" "memory": memory from 4 "memory"
          "host" "shout": func from 5
          "host" "write": func from 6
     8  resource in 3, destructor 7 "run"
     9  resource.drop in 3
    export run: from 7 "run", lifted in 3
    export write: passed on from an import
    "
  `);
});

test("more instances than anybody reads are left out", async () => {
  const levels = Array.from({ length: 16 }, (_, level) => {
    const inner = `(instance (instantiate $c${level})) (instance (instantiate $c${level}))`;
    return `(component $c${level + 1} (alias outer $root $c${level} (component $c${level})) ${inner})`;
  });
  const text = `(component $root (component $c0) ${levels.join("\n")} (instance (instantiate $c16)))`;
  const plan = await planOfText(text);
  expect([plan.steps.length, plan.isCut]).toEqual([stepsMax, true]);
  expect(formatPlan(plan)).toEndWith("and more, which are left out\n");
});

test("instantiation makes what the plan says, in its order", async () => {
  const scripts = await readOwnScripts("abi");
  const components = scripts.flatMap(({ commands, read }) =>
    commands.flatMap((command) =>
      command.type === "module" || command.type === "module_definition" ? [read(command.filename)] : [],
    ),
  );
  for (const name of ["words", "count-files"] as const) components.push(readFileSync(await built(name)));
  let complete = 0;
  for (const bytes of components) {
    const { planned, made, isWhole } = await compare(bytes);
    expect(made).toEqual(isWhole ? planned : planned.slice(0, made.length));
    complete += isWhole && planned.length > 0 ? 1 : 0;
  }
  expect(complete).toBeGreaterThan(components.length / 2);
}, 30_000);

async function planOfText(text: string): Promise<Plan> {
  const bytes = (await assemble([text]))(text);
  const component = await new Runtime().load(bytes);
  return component.plan();
}

/** Core instances and adapters: as planned, and as they were made. */
async function compare(bytes: Uint8Array) {
  const runtime = new Runtime();
  const component = await runtime.load(bytes);
  const { cores, modules } = Component.partsOf(component);
  const names = new Map([...cores].map((core, index) => [modules.get(core), `module ${index}`] as const));
  const planned = component.plan().steps.flatMap((step) => {
    if (step.kind === "adapter") return ["adapter"];
    return step.kind === "core-instance" && step.module.kind === "own" ? [`module ${step.module.index}`] : [];
  });
  const made: string[] = [];
  const watch = (module: WebAssembly.Module) => {
    const name = names.get(module) ?? (isAdapter(module) ? "adapter" : undefined);
    if (name !== undefined) made.push(name);
  };
  const isWhole = await whileWatching(watch, async () => {
    try {
      await runtime.instance(component).unknownImportsTrap().instantiate();
      return true;
    } catch {
      return false; // it traps when it starts
    } finally {
      await runtime.close();
    }
  });
  return { planned, made, isWhole };
}

const isAdapter = (module: WebAssembly.Module): boolean =>
  WebAssembly.Module.imports(module).some(({ name }) => name === "callee-place");

async function whileWatching<T>(watch: (module: WebAssembly.Module) => void, run: () => Promise<T>): Promise<T> {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args: ConstructorParameters<typeof Instance>) {
      watch(args[0]);
      return new target(...args);
    },
  });
  try {
    return await run();
  } finally {
    WebAssembly.Instance = Instance;
  }
}

test("each of many modules is found at once", async () => {
  const count = 4900;
  const text = `(component ${"(core module)".repeat(count)}
    ${Array.from({ length: count }, (_, index) => `(core instance (instantiate ${index}))`).join(" ")})`;
  const bytes = (await assemble([text]))(text);
  const { steps } = (await new Runtime().load(bytes)).plan();
  const numbers = steps.flatMap((step) =>
    step.kind === "core-instance" && step.module.kind === "own" ? [step.module.index] : [],
  );
  expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index));
});

test("imports of a module that is instantiated again and again are told as far as there is room", async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `f${index}`);
  const text = (count: number): string => `(component
    (core module $m ${names.map((name) => `(import "" "${name}" (func))`).join(" ")})
    (core module $f (func (export "f")))
    (core instance $f (instantiate $f))
    (core instance $given ${names.map((name) => `(export "${name}" (func $f "f"))`).join(" ")})
    ${'(core instance (instantiate $m (with "" (instance $given))))'.repeat(count)})`;
  const fitting = importsMax / names.length;
  for (const count of [fitting, fitting + 1]) {
    const { steps, isCut } = await planOfText(text(count));
    const imports = steps.reduce((sum, step) => sum + (step.kind === "core-instance" ? step.imports.length : 0), 0);
    expect([imports, isCut]).toEqual([importsMax, count > fitting]);
  }
});

test("definitions of a component that is instantiated again and again are walked as far as there is room", async () => {
  const [exports, instances] = [1000, 2000];
  const text = `(component
    (component $c (import "f" (func $f)) ${Array.from({ length: exports }, (_, index) => `(export "e${index}" (func $f))`).join(" ")})
    (import "f" (func $f))
    ${'(instance (instantiate $c (with "f" (func $f))))'.repeat(instances)})`;
  const { steps, isCut } = await planOfText(text);
  expect(isCut).toBe(true);
  expect(steps.length).toBeLessThanOrEqual(definitionsMax / exports + 1);
});

test("long names are cut off, and a long text has an end", () => {
  const prefix = `a:b/${"x".repeat(50_000)}#f`;
  const exports = Array.from({ length: 20_000 }, (_, index) => ({ path: `${prefix}${index}`, kind: "func" }) as const);
  const text = formatPlan({ steps: [], exports, isCut: false });
  expect(text).toStartWith(`export a:b/${"x".repeat(1989)}…\n`);
  expect(text).toEndWith("…\nand more, which are left out\n");
  expect(text.length).toBeLessThan(1.1 * planLettersMax);
});
