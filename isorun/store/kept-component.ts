/**
 * A validated component as bytes that need its file beside them: what decoding and validation came to, without the
 * core modules, which stand in the file. And core modules that were rewritten, whole.
 */
import type { RewrittenModule } from "../compile/rewrite-module.ts";
import { type CoreModule, decodeCoreModule } from "../core-module/core-module.ts";
import { newResource, type Resource } from "../types/component-types.ts";
import { CoreTypeKey, type CoreTypeText, keyOfKept } from "../types/core-type-key.ts";
import { CoreTypeSpace } from "../types/core-types.ts";
import type { ValidComponent } from "../validate/valid-component.ts";
import { decodeGraph, encodeGraph, type Special } from "./graph.ts";

/** Grows with every change of what is kept: types, definitions, the format of graphs, the seal. */
export const keptVersion = 5;

/** Its types are looked at only where it is rewritten: they are decoded then. */
class KeptCoreModule implements CoreModule {
  readonly bytes: Uint8Array;
  readonly offset: number;
  #decoded: CoreModule | undefined;

  constructor(file: Uint8Array, { offset, length }: { readonly offset: number; readonly length: number }) {
    this.bytes = file.subarray(offset, offset + length);
    this.offset = offset;
  }

  get types(): CoreModule["types"] {
    return this.#all.types;
  }

  get imports(): CoreModule["imports"] {
    return this.#all.imports;
  }

  get exports(): CoreModule["exports"] {
    return this.#all.exports;
  }

  get functions(): CoreModule["functions"] {
    return this.#all.functions;
  }

  /** Places are those in the file, as in a module that was decoded with it. */
  get sections(): CoreModule["sections"] {
    return this.#all.sections;
  }

  get #all(): CoreModule {
    if (this.#decoded === undefined) {
      const base = this.bytes.byteOffset - this.offset;
      const file = new Uint8Array(this.bytes.buffer, base);
      this.#decoded = decodeCoreModule(file, this.offset, this.offset + this.bytes.length);
    }
    return this.#decoded;
  }
}

const specialsOf = (file: Uint8Array): readonly Special[] => [
  {
    is: (value) => "types" in value && value.types instanceof CoreTypeSpace,
    encode: (value) => {
      const { offset, bytes } = value as CoreModule; // only core modules have a space of types
      return [offset, bytes.length];
    },
    decode: ([offset = 0, length = 0]) => new KeptCoreModule(file, { offset, length }),
  },
  {
    // Nothing else has an identity for its only field.
    is: (value) => {
      const names = Object.keys(value);
      return names.length === 1 && names[0] === "id" && typeof (value as Partial<Resource>).id === "number";
    },
    encode: () => [],
    decode: () => newResource(),
  },
  {
    // Module types that are imported or exported name them; those of core modules are decoded again.
    is: (value) => value instanceof CoreTypeKey,
    toPlain: (value) => {
      const { text, parts, rank } = value as CoreTypeKey; // `is` says so
      return { text, parts, rank };
    },
    ofPlain: (plain) => keyOfKept(plain as CoreTypeText), // what `toPlain` made
  },
  {
    // The resources that a component type defines.
    is: (value) => value instanceof Set,
    toPlain: (value) => [...(value as Set<unknown>)], // `is` says so
    ofPlain: (plain) => new Set(plain as unknown[]), // what `toPlain` made
  },
];

export const encodeComponent = (valid: ValidComponent, file: Uint8Array): Uint8Array =>
  encodeGraph(valid, specialsOf(file));

/** @param file the very bytes that the component was decoded from */
export const decodeKeptComponent = (bytes: Uint8Array, file: Uint8Array): ValidComponent =>
  decodeGraph(bytes, specialsOf(file)) as ValidComponent; // encoded from one

interface Head {
  readonly modules: readonly (Omit<RewrittenModule, "bytes"> & { readonly start: number; readonly length: number })[];
}

/** All rewritten modules of a component, in the order of the file. */
export function encodeRewritten(modules: readonly RewrittenModule[]): Uint8Array {
  let length = 0;
  const described = modules.map(({ bytes, ...rest }) => {
    length += bytes.length;
    return { ...rest, start: length - bytes.length, length: bytes.length };
  });
  const head = encodeGraph({ modules: described } satisfies Head, []);
  const encoded = new Uint8Array(4 + head.length + length);
  new DataView(encoded.buffer).setUint32(0, head.length, true);
  encoded.set(head, 4);
  let at = 4 + head.length;
  for (const { bytes } of modules) {
    encoded.set(bytes, at);
    at += bytes.length;
  }
  return encoded;
}

export function decodeRewritten(encoded: Uint8Array): readonly RewrittenModule[] {
  const headLength = new DataView(encoded.buffer, encoded.byteOffset).getUint32(0, true);
  const { modules } = decodeGraph(encoded.subarray(4, 4 + headLength), []) as Head; // encoded from one
  const base = 4 + headLength;
  return modules.map(({ start, length, ...rest }) => ({
    ...rest,
    bytes: encoded.subarray(base + start, base + start + length),
  }));
}
