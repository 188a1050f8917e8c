/** What `inspect`, `types` and `bench` print, and that they run nothing. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { assemble } from "../../tests/components/assemble.ts";
import { built } from "../../tests/components/built.ts";
import { benchCommand } from "./bench.ts";
import { inspectCommand } from "./inspect.ts";
import { checkTypes } from "./testing/check-types.ts";
import { componentFiles } from "./testing/components.ts";
import { runIsorun } from "./testing/run-isorun.ts";
import { typesCommand } from "./types.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-inspect-"));
const place = { home: join(scratch, "home"), cwd: scratch };

const leaveText = `(component
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $m
    (import "" "exit" (func $exit (param i32)))
    (func (export "leave") (call $exit (i32.const 1))))
  (core instance $i (instantiate $m (with "" (instance (export "exit" (func $exit))))))
  (func (export "leave") (canon lift (core func $i "leave"))))`;

beforeAll(async () => {
  for (const [name, path] of Object.entries(await componentFiles())) copyFileSync(path, join(scratch, `${name}.wasm`));
}, 120_000);
beforeAll(async () => {
  writeFileSync(join(scratch, "leave.wasm"), (await assemble([leaveText]))(leaveText));
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

test("inspect shows sizes, what each import needs, and the world", async () => {
  const { stdout, stderr, exitCode } = await runIsorun(["inspect", "program.wasm"], place);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("file     program.wasm");
  expect(lines[1]).toMatch(/^hash {5}sha256:[0-9a-f]{64}$/);
  expect(lines[2]).toMatch(/^size {5}\d+ bytes, of them \d+ in 2 core modules$/);
  expect(lines[3]).toMatch(/^cost {5}decode \d+\.\d\d ms, validate \d+\.\d\d ms, compile \d+\.\d\d ms$/);
  expect(lines.slice(9, 19).join("\n")).toMatchInlineSnapshot(`
    "  import                             capability       given by
      wasi:io/error@0.2.0                -                WasiStdio
      wasi:io/streams@0.2.0              -                WasiStdio
      wasi:cli/stdout@0.2.0              -                WasiStdio
      wasi:cli/stderr@0.2.0              -                WasiStdio
      wasi:cli/stdin@0.2.0               -                WasiStdio
      wasi:cli/environment@0.2.0         env              WasiEnvironment
      wasi:cli/exit@0.2.0                -                WasiEnvironment
      wasi:clocks/monotonic-clock@0.2.0  time             WasiClocks
      wasi:filesystem/preopens@0.2.0     read, write      WasiDir"
  `);
  expect(lines[5]).toMatch(/^ {2}component +\d+ bytes/);
  expect(lines[6]).toMatch(/^ {4}core module 'memory' +\d+ bytes {2}custom: name \d+$/);
  expect(stdout).toContain("  export wasi:cli/run@0.2.0;\n");
  const again = await runIsorun(["inspect", "program.wasm"], place);
  expect(again.stdout.split("\n")[3]).toBe(
    "cost     known to the store, compiled when it is instantiated (`--no-cache` measures)",
  );
});

test("inspect names what a component is made of, however deep, and what made it", async () => {
  const text = `(component $outer
    (core module $one)
    (component $inner (core module $two (@custom "notes" "words")) (component)))`;
  writeFileSync(join(scratch, "nested.wasm"), (await assemble([text]))(text));
  const inspect = async (file: string) => {
    const { stdout } = await runIsorun(["inspect", file, "--format=json"], place);
    const { detail } = await assertValidEnvelope(stdout, inspectCommand);
    return (detail as { parts: readonly { producers: readonly unknown[] }[] }).parts; // by its schema
  };
  expect(await inspect("nested.wasm")).toMatchObject([
    { kind: "component", depth: 0, name: "outer" },
    { kind: "core module", depth: 1, name: "one" },
    { kind: "component", depth: 1, name: "inner" },
    { kind: "core module", depth: 2, name: "two", custom_sections: [{ name: "notes" }, { name: "name" }] },
    { kind: "component", depth: 2, bytes: 8 },
  ]);
  const words = await built("words");
  expect((await inspect(words)).flatMap(({ producers }) => producers)).toContainEqual(
    expect.objectContaining({ field: "processed-by", name: "wit-component" }),
  );
  expect((await runIsorun(["inspect", words], place)).stdout).toMatch(/^made by .*wit-component \d/m);
}, 120_000);

test("inspect as JSON", async () => {
  const { stdout } = await runIsorun(["inspect", "stranger.wasm", "--format=json", "--no-cache"], place);
  const { detail } = await assertValidEnvelope(stdout, inspectCommand);
  expect(detail).toMatchObject({
    path: "stranger.wasm",
    imports: [
      {
        name: "my:own/store",
        kind: "instance",
        capabilities: [],
        problems: ["'get' of 'my:own/store': nothing was given for it, which is func(key: string) -> string"],
      },
      {
        name: "wasi:random/random@0.2.0",
        kind: "instance",
        capabilities: ["random"],
        provider: "WasiRandom",
        problems: [
          "'get-random-u64' of 'wasi:random/random@0.2.0': it is `func() -> string`, and what was given is `func() -> u64`",
        ],
      },
    ],
    exports: [{ name: "wasi:cli/run@0.2.0", kind: "instance", functions: ["run"] }],
    cost: { core_modules: 1, from_store: false },
  });
});

test("inspect says why 'run' would refuse to link what somebody gives", async () => {
  const tcp = `(component (import "wasi:sockets/tcp@0.2.0" (instance (export "nope" (func)) (export "no" (func)))))`;
  writeFileSync(join(scratch, "tcp.wasm"), (await assemble([tcp]))(tcp));
  const linesOf = async (file: string) => {
    const { stdout } = await runIsorun(["inspect", file], place);
    return stdout.split("\n").filter((line) => / (?:Wasi[A-Z]|nobody here)/.test(line));
  };
  expect(await linesOf("stranger.wasm")).toEqual([
    "  my:own/store              -                nobody here",
    "  wasi:random/random@0.2.0  random           WasiRandom, but ill-typed: 'get-random-u64': it is `func() -> string`, and what was given is `func() -> u64`",
  ]);
  expect(await linesOf("invented.wasm")).toEqual([
    "  wasi:clocks/monotonic-clock@0.2.0  time             WasiClocks, but without 'bogus'",
    "  wasi:nope/nope@0.2.0               -                nobody here",
  ]);
  expect(await linesOf("tcp.wasm")).toEqual([
    "  wasi:sockets/tcp@0.2.0  connect, listen  WasiDenied, but without 'nope', and 1 more",
  ]);
  const { stdout } = await runIsorun(["inspect", "program.wasm", "--format=json"], place);
  const { detail } = await assertValidEnvelope(stdout, inspectCommand);
  const { imports } = detail as { imports: readonly { problems: readonly string[] }[] }; // by its schema
  expect(imports.flatMap(({ problems }) => problems)).toEqual([]);
});

test("types are what TypeScript accepts, and say what calls take and give", async () => {
  const { stdout } = await runIsorun(["types", "types.wasm"], place);
  expect(stdout).toMatchInlineSnapshot(`
    "// Values of a component with the hash sha256:5aff86db59f4a26cf2a21628e7895a13e19b80f88cfd699c6f50fc73d2fd374d.

    import type { CallContext } from "@vivarium/isorun";

    /** resource thing (test:lib/things@0.1.0) */
    export type Thing = object;

    /** variant shape { circle(f64), none } (test:lib/things@0.1.0) */
    export type Shape = ({ tag: "circle"; val: number } | { tag: "none" });

    /** record point { x: s32, default: option<option<u8>>, at-time: u64 } (test:lib/things@0.1.0) */
    export type Point = { "x": number; "default": ({ tag: "some"; val: number } | { tag: "none" } | undefined); "atTime": bigint };

    /** enum color { red, light-blue } (test:lib/things@0.1.0) */
    export type Color = ("red" | "light-blue");

    /** flags rights { may-read, may-write } (test:lib/things@0.1.0) */
    export type Rights = { "mayRead": boolean; "mayWrite": boolean };

    /** What an instance is given, by the names of its imports. What a \`result\` would hold as \`err\` is thrown (ComponentError). */
    export type Imports = {
      readonly "test:lib/things@0.1.0": {
        /** func(color: color) -> thing */
        readonly "[constructor]thing": (color: Color, context: CallContext) => Thing | PromiseLike<Thing>;
        /** func(self: borrow<thing>, class: shape) -> result<f64, string> */
        readonly "[method]thing.area": (self: Thing, class_: Shape, context: CallContext) => number | PromiseLike<number>;
        /** func(bytes: list<u8>, points: list<point>, rights: rights) -> tuple<char, bool, result, option<string>> */
        readonly "many": (bytes: Uint8Array, points: Array<Point>, rights: Rights, context: CallContext) => readonly [string, boolean, ({ tag: "ok" } | { tag: "err" }), (string | undefined)] | PromiseLike<readonly [string, boolean, ({ tag: "ok" } | { tag: "err" }), (string | undefined)]>;
      };
    };

    /** What an instance gives: \`instance.exports as Exports\`. A result is its \`ok\` side; its \`err\` side is thrown (ComponentError). */
    export type Exports = {
      /** func() */
      readonly "run": (context?: CallContext) => Promise<void>;
    };
    "
  `);
  writeFileSync(join(scratch, "types.d.ts"), stdout);
  const use = `import type { Exports, Imports, Point, Shape, Thing } from "./types.d.ts";
declare const thing: Thing;
export const point: Point = { x: 1, default: { tag: "some", val: 2 }, atTime: 3n };
export const shape: Shape = { tag: "circle", val: 1.5 };
export const things: Imports["test:lib/things@0.1.0"] = {
  "[constructor]thing": (color) => (color === "light-blue" ? thing : Promise.resolve(thing)),
  "[method]thing.area": (self, shape) => (shape.tag === "circle" ? shape.val : Number(self === thing)),
  many: (bytes, points, rights) => [String(bytes.length), rights.mayRead, { tag: "ok" }, String(points[0]?.x)],
};
export const run = async (exports: Exports): Promise<void> => exports.run();
`;
  writeFileSync(join(scratch, "use.ts"), use);
  expect(checkTypes(scratch, ["use.ts"])).toBe("");
  // A check that finds nothing would pass this too.
  const misuse = 'import type { Shape } from "./types.d.ts";\nexport const circle: Shape = { tag: "circle" };\n';
  writeFileSync(join(scratch, "misuse.ts"), misuse);
  expect(checkTypes(scratch, ["misuse.ts"])).toContain("misuse.ts(2,14): error TS2322");
}, 60_000);

test("types as JSON", async () => {
  const { stdout } = await runIsorun(["types", "math.wasm", "--format=json"], place);
  const { detail } = await assertValidEnvelope(stdout, typesCommand);
  expect(detail).toMatchObject({
    path: "math.wasm",
    declarations: expect.stringContaining("export type Exports"),
  });
});

test("bench times loading, the store, instantiating and calls", async () => {
  const argv = ["bench", "math.wasm", "--rounds=2", "--invoke", "add(1, 2)"];
  const { stdout } = await runIsorun([...argv, "--format=json"], place);
  const { detail } = await assertValidEnvelope(stdout, benchCommand);
  expect(detail).toMatchObject({
    counts_fuel: true,
    steps: [
      { name: "load" },
      { name: "load-from-store" },
      { name: "start" },
      { name: "instantiate" },
      { name: "call", rounds: 2, calls: expect.any(Number) },
    ],
  });
  // Clocks have no more than whole nanoseconds; the time of a call is that of many, shared out.
  for (const [, name = "", ns = ""] of stdout.matchAll(/"(first_ns|median_ns|best_ns)":([^,}]*)/g)) {
    expect(ns).toMatch(name === "first_ns" ? /^\d+$/ : /^\d+(?:\.\d)?$/);
  }
  const text = await runIsorun(argv, place);
  expect(text.stdout).toMatch(
    /^ +first +median +best {2}rounds\nload .* 2\nload-from-store .*\nstart .*\ninst.*\ncall .* 2 × /,
  );
});

test("bench calls what returns an error as often as what does not", async () => {
  const ended = await runIsorun(["bench", "math.wasm", "--rounds=1", "--no-fuel", "--invoke=divide(1, 0)"], place);
  expect({ ...ended, stdout: "" }).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  expect(ended.stdout).toContain("\ncall ");
});

test.each([
  ["fail()", "math.wasm", "E_COMPONENT_TRAP", "trapped in 'fail'"],
  ["leave()", "leave.wasm", "E_BENCH_EXIT", "'leave' ended 'leave.wasm' with 1"],
])("bench of %s says why there is nothing to time", async (call, file, code, words) => {
  const { stdout, stderr, exitCode } = await runIsorun(["bench", file, "--rounds=1", "--invoke", call], place);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
  expect(stderr).toStartWith(`error[${code}]: `);
  expect(stderr).toContain(words);
});

test("with --plan, inspect shows what instantiation will do, for people and for programs", async () => {
  const { stdout, exitCode } = await runIsorun(["inspect", "leave.wasm", "--plan"], place);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("import wasi:cli/exit@0.2.0#exit: func(status: result) in 0, utf8\n");
  expect(stdout).toEndWith("lifted in 0\n");
  const json = await runIsorun(["inspect", "leave.wasm", "--plan", "--format", "json"], place);
  const envelope = await assertValidEnvelope(json.stdout, inspectCommand);
  expect(envelope).toMatchObject({
    detail: {
      plan: {
        steps: [
          { kind: "component-instance" },
          { kind: "import-call", within: 0, path: "wasi:cli/exit@0.2.0#exit", type: "func(status: result)" },
          { kind: "core-instance", module: { kind: "own", index: 0 }, imports: [{ name: "exit", from: { step: 1 } }] },
        ],
        exports: [{ path: "leave", kind: "func", lifted: { instance: 0, core: { step: 2, name: "leave" } } }],
        is_cut: false,
      },
    },
  });
  const plain = await runIsorun(["inspect", "leave.wasm"], place);
  expect(plain.stdout).not.toContain("component instance");
});
