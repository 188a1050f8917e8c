/**
 * TypeScript declarations of a component: what its imports are given and what its exports take and give, as the library's
 * values are (isorun's public interface, Values). In: types. Out: the text of a `.d.ts` file, in which each named type of
 * WIT is a type of its own.
 */
import type { AnyType, ExternType, Field, FuncType, ValueType } from "../types/component-types.ts";
import { isValueType } from "../types/component-types.ts";
import { propertyName, propertyNames } from "../types/property-name.ts";
import { formatFuncType, formatTypeItem } from "../types/wit.ts";

interface World {
  readonly imports: ReadonlyMap<string, ExternType>;
  readonly exports: ReadonlyMap<string, ExternType>;
}

export function formatDeclarations(world: World): string {
  const declarer = new Declarer();
  declarer.declareAll(world.imports, { place: "", isImport: true });
  declarer.declareAll(world.exports, { place: "", isImport: false });
  const imports = declarer.formatItems(world.imports, { isImport: true });
  const exports = declarer.formatItems(world.exports, { isImport: false });
  return [
    ...declarer.lines,
    "/** What an instance is given, by the names of its imports. */",
    "export interface Imports {",
    ...imports,
    "}",
    "",
    "/** What an instance gives: `handle.exports`. A result is its `ok` side; its `err` side is thrown (ComponentError). */",
    "export interface Exports {",
    ...exports,
    "}",
    "",
  ].join("\n");
}

interface Place {
  /** The interface that it stands in. */
  readonly place: string;
  readonly isImport: boolean;
}

class Declarer {
  readonly lines: string[] = [];
  /** In TypeScript. */
  readonly #names = new Map<AnyType | object, string>();
  /** In WIT, for comments. */
  readonly #labels = new Map<AnyType, string>();
  /** What is used beside types of the component must mean what it means everywhere. */
  readonly #taken = new Set(["Imports", "Exports", "Array", "Map", "Promise", ...Object.values(typedArrays)]);

  /** Types come before what uses them, as in a component. */
  declareAll(items: ReadonlyMap<string, ExternType>, { place, isImport }: Place): void {
    for (const [name, type] of items) {
      if (type.kind === "instance") this.declareAll(type.exports, { place: name, isImport });
      else if (type.kind === "type") this.#declare(name, type.type, { place, isImport });
    }
  }

  #declare(label: string, type: AnyType, at: Place): void {
    const wit = formatTypeItem(label, type, this.#labels).join(" ").replace(/;$/, "");
    const comment = commentOf(at.place === "" ? wit : `${wit} (${at.place})`);
    if (type.kind === "resource") {
      this.#declareResource(label, type.resource, { ...at, comment });
    } else if (isValueType(type)) {
      const text = this.#format(type);
      const name = this.#newName(label, at.place);
      this.#names.set(type, name);
      this.lines.push(comment, `export type ${name} = ${text};`, "");
    }
  }

  /** Values are objects that only whoever made them looks into: those of imports are the host's own. */
  #declareResource(label: string, resource: object, at: Place & { readonly comment: string }): void {
    if (this.#names.has(resource)) return;
    const name = this.#newName(label, at.place);
    this.#names.set(resource, name);
    const lines = at.isImport
      ? [`export type ${name} = object;`]
      : [`export interface ${name} {`, "  [Symbol.dispose](): void;", "}"];
    this.lines.push(at.comment, ...lines, "");
  }

  /** `wasi:io/streams` and `stream-error` are `StreamError`, or `StreamsStreamError` if another has that name. */
  #newName(label: string, place: string): string {
    const own = typeName(label);
    const inside = typeName(place.replace(/@.*$/, "").replace(/^.*[:/]/, ""));
    for (let count = 0; ; count += 1) {
      const name = [own, `${inside}${own}`][count] ?? `${inside}${own}${count}`;
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }

  formatItems(items: ReadonlyMap<string, ExternType>, side: { readonly isImport: boolean }): string[] {
    return [...items].flatMap(([name, type]) => {
      if (type.kind === "func") return this.#formatFunc(name, type, side).map((line) => `  ${line}`);
      if (type.kind !== "instance") return [];
      const inner = [...type.exports].flatMap(([own, ownType]) =>
        ownType.kind === "func" ? this.#formatFunc(own, ownType, side).map((line) => `    ${line}`) : [],
      );
      return inner.length === 0 ? [] : [`  readonly ${JSON.stringify(name)}: {`, ...inner, "  };"];
    });
  }

  #formatFunc(name: string, type: FuncType, { isImport }: { readonly isImport: boolean }): string[] {
    const params = type.params.map((param) => `${parameterName(param.label)}: ${this.#format(param.type)}`);
    const result = this.#formatResult(type.result);
    const given = isImport ? `${result} | Promise<${result}>` : `Promise<${result}>`;
    return [
      commentOf(formatFuncType(type, this.#labels)),
      `readonly ${JSON.stringify(name)}: (${params.join(", ")}) => ${given};`,
    ];
  }

  /** Of a function: the `err` side is thrown. */
  #formatResult(type: ValueType | undefined): string {
    const returned = type?.kind === "result" ? type.ok : type;
    return returned === undefined ? "void" : this.#format(returned);
  }

  #format(type: ValueType): string {
    const named = this.#names.get(type);
    if (named !== undefined) return named;
    switch (type.kind) {
      case "primitive":
        return primitives[type.primitive] ?? "unknown";
      case "list":
      case "fixed-list":
        return this.#formatList(type.element);
      case "tuple":
        return `[${type.types.map((each) => this.#format(each)).join(", ")}]`;
      case "map":
        return `Map<${this.#format(type.key)}, ${this.#format(type.value)}>`;
      case "option":
        return `(${this.#formatSome(type.type)} | undefined)`;
      case "result":
        return `(${this.#formatCase("ok", type.ok)} | ${this.#formatCase("err", type.error)})`;
      case "record":
        return this.#formatRecord(type.fields);
      case "flags":
        return object(propertyNames(type.labels).map((name) => [name, "boolean"]));
      case "enum":
        return union(type.labels.map((label) => JSON.stringify(label)));
      case "variant":
        return union(type.cases.map(({ label, type: payload }) => this.#formatCase(label, payload)));
      case "own":
      case "borrow":
        return this.#names.get(type.resource.resource) ?? "object";
      default:
        return "unknown";
    }
  }

  #formatRecord(fields: readonly Field[]): string {
    const names = propertyNames(fields.map(({ label }) => label));
    return object(fields.map(({ type }, index) => [names[index] ?? "", this.#format(type)]));
  }

  /** An option that stands in another one has a tag. */
  #formatSome(type: ValueType): string {
    if (type.kind !== "option") return this.#format(type);
    return `{ tag: "some"; val: ${this.#formatSome(type.type)} } | { tag: "none" }`;
  }

  #formatCase(label: string, payload: ValueType | undefined): string {
    const val = payload === undefined ? "" : `; val: ${this.#format(payload)}`;
    return `{ tag: ${JSON.stringify(label)}${val} }`;
  }

  #formatList(element: ValueType): string {
    const typed = element.kind === "primitive" ? typedArrays[element.primitive] : undefined;
    return typed ?? `Array<${this.#format(element)}>`;
  }
}

const primitives: Readonly<Record<string, string>> = {
  bool: "boolean",
  s8: "number",
  u8: "number",
  s16: "number",
  u16: "number",
  s32: "number",
  u32: "number",
  s64: "bigint",
  u64: "bigint",
  f32: "number",
  f64: "number",
  char: "string",
  string: "string",
};

const typedArrays: Readonly<Record<string, string>> = {
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

/** What a component calls its things ends no comment. */
const commentOf = (text: string): string => `/** ${text.replaceAll("*/", "* /")} */`;

const union = (parts: readonly string[]): string => (parts.length === 0 ? "never" : `(${parts.join(" | ")})`);

const object = (fields: readonly (readonly [string, string])[]): string =>
  `{ ${fields.map(([name, text]) => `${JSON.stringify(name)}: ${text}`).join("; ")} }`;

/** `stream-error` → `StreamError`. What begins with no letter cannot come from WIT, but from a hostile file. */
function typeName(label: string): string {
  const words = label.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(name) ? name : `Type${name}`;
}

/** Words that no parameter may be called in a module. */
const reserved =
  /^(?:arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

function parameterName(label: string): string {
  const name = propertyName(label).replaceAll(/[^A-Za-z0-9$_]/g, "_");
  return reserved.test(name) || !/^[A-Za-z$_]/.test(name) ? `${name}_` : name;
}
