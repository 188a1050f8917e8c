/**
 * WIT of components that WIT has no words for, or that speak of types in other ways than its tools make: the parser of
 * wasm-tools (in jco) reads all of it, and what it does not say stands in comments.
 */
import { beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { DecodeError, UnsupportedError, ValidationError } from "../../isorun/errors/errors.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { npmOracle } from "../../tools/npm-oracles.ts";
import { assemble, readOwnScripts } from "./assemble.ts";
import { componentTexts } from "./script-text.ts";

interface WasmTools {
  componentEmbed(options: { readonly witSource: string; readonly dummy: boolean }): Promise<Uint8Array>;
}

let wasmTools: WasmTools;

beforeAll(async () => {
  const jco = join(await npmOracle("jco"), "node_modules", "@bytecodealliance", "jco-transpile");
  wasmTools = (await import(join(jco, "dist", "wasm-tools.js"))) as WasmTools; // by its declarations
}, 300_000);

/** Undefined if it is. */
async function whyUnreadable(wit: string): Promise<string | undefined> {
  try {
    await wasmTools.componentEmbed({ witSource: wit, dummy: true });
    return undefined;
  } catch (error) {
    return `${String(error)}\n${wit}`;
  }
}

const core = `(core module $m (memory (export "m") 1) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m)) (alias core export $i "m" (core memory $memory))`;
const lift = (name: string, type: string): string =>
  `(func (export "${name}") (result ${type}) (canon lift (core func $i "f") (memory $memory)))`;

const texts: Readonly<Record<string, string>> = {
  "types that a root exports": `(component ${core}
    (import "taken" (func))
    (type $e (enum "a" "b")) (export $e2 "e" (type $e))
    (type $r (record (field "of" $e2) (field "string" u8))) (export $r2 "record" (type $r))
    (type $l (list $r2)) (export $l2 "all" (type $l))
    (type $t (flags "x")) (export $t2 "taken" (type $t))
    (type $thing (resource (rep i32))) (export $thing2 "thing" (type $thing))
    (type $holds (record (field "it" (own $thing2)))) (export $holds2 "holds" (type $holds))
    ${lift("get-e", "$e2")} ${lift("get-taken", "$t2")} ${lift("get-thing", "(own $thing2)")}
    (core func $new (canon resource.new $thing))
    (func (export "[constructor]thing") (result (own $thing2)) (canon lift (core func $i "f"))))`,
  "types of an imported interface in the world itself": `(component
    (import "a:use/types@1.0.0" (instance $i (export "r" (type (sub resource))) (type $e (enum "x")) (export "f" (type (eq $e)))))
    (alias export $i "r" (type $r)) (alias export $i "f" (type $f))
    (import "r" (func (param "it" (borrow $r)) (result $f)))
    (import "f" (func (result $f))))`,
  "an interface that takes a resource and gives it members": `(component
    (import "a:b/c" (instance $i (export "r" (type (sub resource)))))
    (alias export $i "r" (type $r))
    (import "a:b/d" (instance (export "s" (type $s (eq $r)))
      (export "[method]s.go" (func (param "self" (borrow $s))))
      (export "plain" (func (param "it" (borrow $s)))))))`,
  "an interface that is imported and exported, otherwise": `(component
    (import "a:b/c" (instance $i (export "r" (type (sub resource))) (export "f" (func)) (export "of-import" (func))))
    (alias export $i "r" (type $r))
    (import "other" (func $other (param "x" u8)))
    (instance $x (export "r" (type $r)) (export "f" (func $other)) (export "of-export" (func $other)))
    (export "a:b/c" (instance $x)))`,
  "a root function that speaks of what an exported interface has": `(component ${core}
    (type $t (resource (rep i32)))
    (instance $x (export "t" (type $t)))
    (export $x2 "a:b/c" (instance $x))
    (alias export $x2 "t" (type $t2))
    ${lift("get", "(own $t2)")})`,
  "resources of interfaces without a whole name": `(component
    (import "one" (instance $i (export "r" (type (sub resource))) (export "go" (func))))
    (alias export $i "r" (type $r))
    (import "two" (instance (export "r" (type $s (eq $r))) (export "[static]r.make" (func (result (own $s))))))
    (import "three" (instance (export "r" (type $s (eq $r))) (export "take" (func (param "it" (own $s)))))))`,
  "packages that need each other crosswise": `(component
    (import "a:a/x" (instance $x (type $r (record (field "x" u8))) (export "r" (type (eq $r))) (export "h" (type (sub resource)))))
    (alias export $x "r" (type $r)) (alias export $x "h" (type $h))
    (import "b:b/y" (instance $y (alias outer 1 $r (type $r1)) (export "r" (type $r2 (eq $r1)))
      (type $s (record (field "r" $r2))) (export "s" (type (eq $s))) (export "k" (type (sub resource)))))
    (alias export $y "s" (type $s)) (alias export $y "k" (type $k))
    (import "a:a/z" (instance (alias outer 1 $s (type $s1)) (export "s" (type $s2 (eq $s1))) (export "f" (func (result $s2)))
      (alias outer 1 $k (type $k1)) (export "k" (type $k2 (eq $k1))) (export "g" (func (param "k" (borrow $k2))))
      (alias outer 1 $h (type $h1)) (export "h" (type $h2 (eq $h1))) (export "i" (func (param "h" (borrow $h2)))))))`,
  "an interface of the package that the world would be in": `(component
    (import "root:component/root" (instance (export "f" (func))))
    (import "root:component2/x@1.0.0" (instance (export "f" (func)))))`,
  "functions, types and instances where WIT has none": `(component
    (import "a:b/c" (func))
    (type $e (enum "x"))
    (import "a:b/e" (type $e2 (eq $e)))
    (import "get" (func (result $e2)))
    (import "d" (instance (export "inner" (instance (export "f" (func)))) (export "f" (func)))))`,
};

const scripts = [...(await readOwnScripts("abi")), ...(await readOwnScripts("validation"))];
const read = await assemble(Object.values(texts));
const witOf = async (bytes: Uint8Array): Promise<string> => (await new Runtime().load(bytes)).toWit();

test.each(Object.entries(texts))("%s", async (_, text) => {
  const wit = await witOf(read(text));
  expect(await whyUnreadable(wit)).toBeUndefined();
  expect(wit).toMatchSnapshot();
});

test("each valid component of our own scripts", async () => {
  const written = new Set<string>();
  for (const script of scripts) {
    for (const text of componentTexts(script.commands)) {
      const wit = await witOf(script.read(text)).catch(refused);
      if (wit !== undefined) written.add(wit);
    }
  }
  expect(written.size).toBeGreaterThan(50);
  const unreadable = (await Promise.all([...written].map(whyUnreadable))).filter((why) => why !== undefined);
  expect(unreadable).toEqual([]);
}, 60_000);

function refused(error: unknown): undefined {
  const isOurs = [DecodeError, ValidationError, UnsupportedError].some((each) => error instanceof each);
  if (!isOurs) throw error;
}
