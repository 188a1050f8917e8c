/**
 * The WIT of a component, read by the parser of wasm-tools (in jco): made into a component again, it says the same, but
 * for the order of items, which that parser chooses itself. And the world is the one that wasm-tools sees.
 */
import { beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { type BuiltName, built } from "../../tests/components/built.ts";
import { npmOracle } from "../../tools/npm-oracles.ts";
import { Runtime } from "../runtime/runtime.ts";
import { formatWorld } from "../types/wit-document.ts";
import { componentFiles } from "./testing/components.ts";

interface WasmTools {
  componentEmbed(options: { readonly witSource: string; readonly dummy: boolean }): Promise<Uint8Array>;
  componentNew(module: Uint8Array, adapters: readonly []): Promise<Uint8Array>;
  componentWit(component: Uint8Array): Promise<string>;
}

let wasmTools: WasmTools;
const paths: Record<string, string> = {};

/** Words of WIT as names, types that take each other's names, members of all kinds, and what stands in the world itself. */
const awkwardText = `(component
  (import "a:b/types@1.2.3" (instance $types
    (type $r (record (field "type" u8) (field "list" (list string)) (field "deep" (option (result (error u32))))))
    (export "record" (type $record (eq $r)))
    (export "same" (type $same (eq $record)))
    (type $f (flags "use" "with"))
    (export "flags" (type $flags (eq $f)))
    (type $e (enum "enum" "own"))
    (export "enum" (type $enum (eq $e)))
    (export "interface" (type $resource (sub resource)))
    (export "[constructor]interface" (func (param "from" $same) (result (own $resource))))
    (export "[method]interface.static" (func (param "self" (borrow $resource)) (param "func" $enum) (result $flags)))
    (export "[static]interface.of" (func (param "other" (borrow $resource)) (result (list (own $resource)))))
    (export "u8" (func (param "string" char) (result (tuple f32 f64 bool))))))
  (alias export $types "record" (type $outer))
  (import "a:b/users@1.2.3" (instance
    (export "record" (type $mine (eq $outer)))
    (type $v (variant (case "none") (case "record" $mine)))
    (export "variant" (type $variant (eq $v)))
    (export "take" (func (param "it" $variant)))))
  (import "c:d/users" (instance
    (export "other-name" (type $mine (eq $outer)))
    (export "take" (func (param "it" $mine)))))
  (import "world" (func (result string)))
  (import "plain-interface" (instance (export "go" (func (param "n" s64))))))`;

beforeAll(async () => {
  const jco = join(await npmOracle("jco"), "node_modules", "@bytecodealliance", "jco-transpile");
  wasmTools = (await import(join(jco, "dist", "wasm-tools.js"))) as WasmTools; // by its declarations
  const names: readonly BuiltName[] = ["words", "count-files", "count-words"];
  for (const name of names) paths[name] = await built(name);
  paths["awkward"] = (await assembleFiles([awkwardText]))(awkwardText);
  const { types, math, program, resource } = await componentFiles();
  Object.assign(paths, { types, math, program, resource });
}, 300_000);

test.each(["words", "count-files", "count-words", "awkward", "types", "math", "program"])(
  "%s",
  async (name) => {
    const bytes = readFileSync(paths[name] ?? "");
    const text = await witOf(bytes);
    const core = await wasmTools.componentEmbed({ witSource: text, dummy: true });
    const again = await wasmTools.componentNew(core, []);
    expect(inOrder(await witOf(again))).toEqual(inOrder(text));
    const [, world = ""] = inOrder(await wasmTools.componentWit(bytes));
    expect(inOrder(text)[1]).toBe(world);
  },
  60_000,
);

test("what WIT has no words for stands in comments", async () => {
  const text = await witOf(readFileSync(paths["resource"] ?? ""));
  expect(text).toContain("  // export thing: resource\n");
});

const witOf = async (bytes: Uint8Array): Promise<string> => formatWorld(await new Runtime().load(bytes));

/** Its blocks and statements, sorted where their order says nothing. */
function inOrder(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return itemsOf(lines);
}

const ordered = /^(?:record|variant|enum|flags) /;

function itemsOf(lines: readonly string[]): string[] {
  const items: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (!line.endsWith("{")) {
      items.push(line);
      continue;
    }
    const end = lines.findIndex((other, place) => place > at && other === "}");
    const inner = lines.slice(at + 1, end).map((each) => each.slice(2));
    const parts = ordered.test(line) ? inner : itemsOf(inner).toSorted();
    items.push([line, ...parts, "}"].join("\n"));
    at = end;
  }
  return items;
}
