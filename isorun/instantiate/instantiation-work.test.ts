/** What is instantiated many times is little in a file, and much in memory: it has an end, also without a budget. */
import { expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { UnsupportedError } from "../errors/errors.ts";
import { Runtime } from "../runtime/runtime.ts";
import { definitionsMax } from "./instantiation-work.ts";

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");

const exporting = (count: number): string => `(component
  (component $c (import "f" (func $f)) ${times(1000, (index) => `(export "e${index}" (func $f))`)})
  (import "f" (func $f))
  ${times(count, () => '(instance (instantiate $c (with "f" (func $f))))')})`;

const importing = (count: number): string => `(component
  (core module $f (func (export "f")))
  (core instance $f (instantiate $f))
  (core module $m ${times(1000, (index) => `(import "f" "f${index}" (func))`)})
  (core instance $all ${times(1000, (index) => `(export "f${index}" (func $f "f"))`)})
  ${times(count, () => '(core instance (instantiate $m (with "f" (instance $all))))')})`;

const bundling = (count: number): string => `(component
  (component $c (import "f" (func $f))
    (instance ${times(1000, (index) => `(export "e${index}" (func $f))`)}))
  (import "f" (func $f))
  ${times(count, () => '(instance (instantiate $c (with "f" (func $f))))')})`;

const few = 20;
const many = definitionsMax / 1000;
const texts = Object.entries({ exporting, importing, bundling });
const read = await assemble(texts.flatMap(([, text]) => [text(few), text(many)]));

test.each(texts)("%s, again and again", async (_, text) => {
  const instantiate = async (count: number) => {
    const runtime = new Runtime();
    const component = await runtime.load(read(text(count)));
    const instance = await runtime.instance(component).unknownImportsTrap().instantiate();
    return instance.state;
  };
  expect(await instantiate(few)).toBe("ready");
  const refused = await instantiate(many).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UnsupportedError);
  expect(Reflect.get(Object(refused), "message")).toContain(`more than ${definitionsMax} definitions`);
});
