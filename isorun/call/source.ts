/** JavaScript as it is generated: lines, fresh names, and values from outside that the text refers to by place. */
import type { Resource } from "../types/component-types.ts";

export class Source {
  readonly #lines: string[] = [];
  constants: unknown[] = [];
  /** Resource types that the text names `r[0]`, `r[1]`…: each instance puts its own there. */
  resources: Resource[] = [];
  #names = 0;
  #depth = 1;

  get text(): string {
    return this.#lines.join("\n");
  }

  /** Another text beside this one, with the same constants, resources and names. */
  sibling(): Source {
    const made = new Source();
    made.constants = this.constants;
    made.resources = this.resources;
    return made;
  }

  line(text: string): void {
    this.#lines.push(`${"  ".repeat(this.#depth)}${text}`);
  }

  block(head: string, body: () => void, tail = "}"): void {
    this.line(`${head} {`);
    this.#depth += 1;
    body();
    this.#depth -= 1;
    this.line(tail);
  }

  fresh(prefix = "v"): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  /** A new variable with this value. */
  let(value: string, prefix = "v"): string {
    const name = this.fresh(prefix);
    this.line(`const ${name} = ${value};`);
    return name;
  }

  constant(value: unknown): string {
    const known = this.constants.indexOf(value);
    return `k[${known < 0 ? this.constants.push(value) - 1 : known}]`;
  }

  resource(resource: Resource): string {
    const known = this.resources.indexOf(resource);
    return `r[${known < 0 ? this.resources.push(resource) - 1 : known}]`;
  }
}

export const plus = (pointer: string, offset: number): string => (offset === 0 ? pointer : `${pointer} + ${offset}`);

/** Numbers in lists that JavaScript has an array type for, by which they are copied at once. */
export const typedArrays: Readonly<Record<string, string>> = {
  s8: "Int8Array",
  u8: "Uint8Array",
  s16: "Int16Array",
  u16: "Uint16Array",
  s32: "Int32Array",
  u32: "Uint32Array",
  s64: "BigInt64Array",
  u64: "BigUint64Array",
  f32: "Float32Array",
  f64: "Float64Array",
};
