/** What a host states of an interface against what a component asks for, where another one serves the resource in it. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { LinkError } from "../errors/errors.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { InterfaceTypes } from "./interface-types.ts";
import { Runtime } from "./runtime.ts";

const provider = `(component
  (component $inner
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $m (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 77))))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make"))))
  (instance $inner (instantiate $inner))
  (export "a:b/res" (instance $inner)))`;

const user = `(component
  (import "a:b/res" (instance $b (export "r" (type $r (sub resource))) (export "make" (func (result (own $r))))))
  (alias export $b "r" (type $r))
  (import "a:b/user" (instance $u
    (export "r" (type $ur (eq $r))) (export "f" (func (param "x" (borrow $ur))))))
  (core func $make (canon lower (func $b "make")))
  (core func $f (canon lower (func $u "f")))
  (core module $m
    (import "" "make" (func $make (result i32))) (import "" "f" (func $f (param i32)))
    (func (export "run") (call $f (call $make))))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "f" (func $f))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

const stated = new InterfaceTypes(`package a:b;
  interface res { resource r; make: func() -> r; }
  interface user { use res.{r}; f: func(x: borrow<r>); }`);

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([provider, user]);
});

const seen: unknown[] = [];

/** The host serves all. */
const byHost = (runtime: Runtime, component: Component): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .linkHost((linker) => {
      const serve = (host: typeof linker): unknown => host.func("make", () => "of the host").resource("r");
      linker.instance("a:b/res", serve, stated);
      linker.instance("a:b/user", (host) => host.func("f", (x: unknown) => seen.push(x)), stated);
    })
    .instantiate();

/** The resource is another instance's, which is none that the host may state functions of. */
const byBoth = (runtime: Runtime, component: Component, served: InstanceHandle): Promise<unknown> =>
  runtime
    .instance(component)
    .linkHost((linker) => linker.instance("a:b/user", (host) => host.func("f", (x: unknown) => seen.push(x)), stated))
    .linkLocal("a:b/res", served)
    .instantiate()
    .catch((error: unknown) => error);

test("a function that fitted with one resource does not fit with another, in whichever order they are linked", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(bytesOf(user));
  const served = await runtime.instance(await runtime.load(bytesOf(provider))).instantiate();
  for (let count = 0; count < 3; count += 1) {
    const refused = await byBoth(runtime, component, served);
    expect(refused).toBeInstanceOf(LinkError);
    expect(String(refused)).toContain("resource types are not the same");
    seen.length = 0;
    (await byHost(runtime, component)).func("run")();
    expect(seen).toEqual(["of the host"]);
  }
  await runtime.close();
});
