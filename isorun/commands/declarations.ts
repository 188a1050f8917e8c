/**
 * TypeScript declarations of a component: what its imports are given and what its exports take and give, as the library's
 * values are (isorun's public interface, Values). In: types. Out: the text of a `.d.ts` file, in which each named type of
 * WIT is a type of its own.
 *
 * What comes from a component is exactly of one type; what a program gives may be more: any iterable object for a list, a
 * record without its optional fields. A named type that makes this difference is declared twice, as `Point` and as `PointInput`.
 */
import type { AnyType, ExternType, Field, FuncType, ValueType } from "../types/component-types.ts";
import { isValueType } from "../types/component-types.ts";
import { propertyName, propertyNames } from "../types/property-name.ts";
import { weightOf } from "../types/type-sharing.ts";
import { typedArrays } from "../types/typed-arrays.ts";
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
    ...(declarer.usesContext ? ['import type { CallContext } from "@vivarium/isorun";', ""] : []),
    ...declarer.lines,
    "/** What an instance is given, by the names of its imports. What a `result` would hold as `err` is thrown (ComponentError). */",
    "export type Imports = {",
    ...imports,
    "};",
    "",
    "/** What an instance gives: `instance.exports as Exports`. A result is its `ok` side; its `err` side is thrown (ComponentError). */",
    // An interface is not comparable to the record of anything that `exports` is: TypeScript wants it closed.
    "export type Exports = {",
    ...exports,
    "};",
    "",
  ].join("\n");
}

/** Which way a value goes: `output` comes from the component, `input` is given to it. */
type Way = "input" | "output";

interface Place {
  /** The interface that it stands in. */
  readonly place: string;
  readonly isImport: boolean;
}

/** How many parts a type without a name may have to be written where it stands. */
const weightInPlaceMax = 256;
/** Instances of one file may have the same types and functions again and again; one more is written than has room. */
export const declarationLettersMax = 4_000_000;

class Declarer {
  readonly lines: string[] = [];
  /** Whether something that was formatted names the type of contexts. */
  usesContext = false;
  /** In TypeScript. */
  readonly #names = new Map<AnyType | object, string>();
  /** Of what may be given for a type that has a name. */
  readonly #inputNames = new Map<ValueType, string>();
  /** In WIT, for comments. */
  readonly #labels = new Map<AnyType, string>();
  /** What is used beside types of the component must mean what it means everywhere. */
  readonly #taken = new Set([...usedNames, ...Object.values(typedArrays)]);
  /** The number that the next one of a name gets, if that is taken. */
  readonly #counts = new Map<string, number>();
  #letters = declarationLettersMax;

  /** From then on types are unknown, and functions are left out. */
  get #isFull(): boolean {
    return this.#letters < 0;
  }

  #charge(lines: readonly string[]): readonly string[] {
    for (const line of lines) this.#letters -= line.length;
    return lines;
  }

  #push(...lines: readonly string[]): void {
    this.lines.push(...this.#charge(lines), "");
  }

  /** Types come before what uses them, as in a component. */
  declareAll(items: ReadonlyMap<string, ExternType>, { place, isImport }: Place): void {
    for (const [name, type] of items) {
      if (type.kind === "instance") this.declareAll(type.exports, { place: name, isImport });
      else if (type.kind === "type") this.#declare(name, type.type, { place, isImport });
    }
  }

  #declare(label: string, type: AnyType, at: Place): void {
    if (this.#isFull) return;
    const wit = formatTypeItem(label, type, this.#labels).join(" ").replace(/;$/, "");
    const comment = commentOf(at.place === "" ? wit : `${wit} (${at.place})`);
    if (type.kind === "resource") {
      this.#declareResource(label, type.resource, { ...at, comment });
    } else if (isValueType(type)) {
      const text = this.#format(type, "output");
      const name = this.#newName(label, at.place);
      this.#names.set(type, name);
      this.#push(comment, `export type ${name} = ${text};`);
    }
  }

  /** Values are objects that only whoever made them looks into: those of imports may be the host's own. */
  #declareResource(label: string, resource: object, at: Place & { readonly comment: string }): void {
    if (this.#names.has(resource)) return;
    const name = this.#newName(label, at.place);
    this.#names.set(resource, name);
    const lines = at.isImport
      ? [`export type ${name} = object;`]
      : [`export interface ${name} {`, "  [Symbol.dispose](): void;", "  [Symbol.asyncDispose](): Promise<void>;", "}"];
    this.#push(at.comment, ...lines);
  }

  /** `wasi:io/streams` and `stream-error` are `StreamError`, or `StreamsStreamError` if another has that name. */
  #newName(label: string, place: string): string {
    const own = typeName(label);
    const inside = typeName(place.replace(/@.*$/, "").replace(/^.*[:/]/, ""));
    const names = [own, `${inside}${own}`];
    const base = names[1] ?? own;
    let name = names.find((each) => !this.#taken.has(each));
    for (let count = this.#counts.get(base) ?? 2; name === undefined; count += 1) {
      if (!this.#taken.has(`${base}${count}`)) name = `${base}${count}`;
      this.#counts.set(base, count + 1);
    }
    this.#taken.add(name);
    return name;
  }

  formatItems(items: ReadonlyMap<string, ExternType>, side: { readonly isImport: boolean }): readonly string[] {
    return this.#formatEach(items, (name, type) => {
      if (type.kind === "func") return this.#formatFunc(name, type, side);
      if (type.kind !== "instance") return [];
      const inner = this.#formatEach(type.exports, (own, ownType) =>
        ownType.kind === "func" ? this.#formatFunc(own, ownType, { ...side, around: name }) : [],
      );
      return inner.length === 0 ? [] : [`readonly ${JSON.stringify(name)}: {`, ...inner, "};"];
    });
  }

  #formatEach(
    items: ReadonlyMap<string, ExternType>,
    format: (name: string, type: ExternType) => readonly string[],
  ): readonly string[] {
    const lines: string[] = [];
    let leftOut = 0;
    for (const [name, type] of items) {
      if (!this.#isFull) for (const line of format(name, type)) lines.push(`  ${line}`);
      else if (type.kind === "func" || type.kind === "instance") leftOut += 1;
    }
    return leftOut === 0 ? lines : [...lines, `  // … and ${leftOut} more`];
  }

  #formatFunc(name: string, type: FuncType, { isImport, around }: FuncPlace): readonly string[] {
    if (name === "then" && !isImport) return this.#charge([byNameOnly(around)]);
    const [given, got] = isImport ? (["output", "input"] as const) : (["input", "output"] as const);
    const names = parameterNames([...type.params.map(({ label }) => label), "context"]);
    const params = type.params.map((param, index) => `${names[index]}: ${this.#format(param.type, given)}`);
    // A host function sees who calls, and hands that on when it calls an instance itself.
    const context = `${names[type.params.length]}${isImport ? "" : "?"}: CallContext`;
    this.usesContext = true;
    const result = this.#formatResult(type.result, got);
    const answer = isImport ? `${result} | PromiseLike<${result}>` : `Promise<${result}>`;
    return this.#charge([
      commentOf(formatFuncType(type, this.#labels)),
      `readonly ${JSON.stringify(name)}: (${[...params, context].join(", ")}) => ${answer};`,
    ]);
  }

  /** Of a function: the `err` side is thrown. */
  #formatResult(type: ValueType | undefined, way: Way): string {
    const returned = type?.kind === "result" ? type.ok : type;
    return returned === undefined ? "void" : this.#format(returned, way);
  }

  #format(type: ValueType, way: Way): string {
    const name = this.#names.get(type);
    if (this.#isFull) return name ?? "unknown";
    if (name === undefined) {
      return weightOf(type) > weightInPlaceMax ? this.#formatUnnamed(type, way) : this.#formatStructure(type, way);
    }
    return way === "output" ? name : this.#inputName(type, name);
  }

  /** Types without names can name each other again and again: all written in place, they would be megabytes. */
  #formatUnnamed(type: ValueType, way: Way): string {
    const text = this.#formatStructure(type, "output");
    const name = this.#newName("unnamed", "");
    this.#names.set(type, name);
    this.#push("/** A part of a type that has no name in the component. */", `export type ${name} = ${text};`);
    return this.#format(type, way);
  }

  /** Declares it at its first use, if what may be given is more than what is got. */
  #inputName(type: ValueType, name: string): string {
    const known = this.#inputNames.get(type);
    if (known !== undefined) return known;
    const text = this.#formatStructure(type, "input");
    const isWider = text !== this.#formatStructure(type, "output");
    const inputName = isWider ? this.#newName(`${name}Input`, "") : name;
    this.#inputNames.set(type, inputName);
    if (isWider) this.#push(`/** What may be given for a ${name}. */`, `export type ${inputName} = ${text};`);
    return inputName;
  }

  #formatStructure(type: ValueType, way: Way): string {
    switch (type.kind) {
      case "primitive":
        return primitives[type.primitive] ?? "unknown";
      case "list":
      case "fixed-list":
        return this.#formatList(type.element, way);
      case "tuple":
        return tuple(
          type.types.map((each) => this.#format(each, way)),
          way,
        );
      case "map":
        return this.#formatMap(type, way);
      case "option":
        return `(${this.#formatSome(type.type, way)} | undefined)`;
      case "result":
        return union([this.#formatCase("ok", type.ok, way), this.#formatCase("err", type.error, way)]);
      case "record":
        return this.#formatRecord(type.fields, way);
      case "flags":
        return formatFlags(type.labels, way);
      case "enum":
        return union(type.labels.map((label) => JSON.stringify(label)));
      case "variant":
        return union(type.cases.map(({ label, type: payload }) => this.#formatCase(label, payload, way)));
      case "own":
      case "borrow":
        return this.#names.get(type.resource.resource) ?? "object";
      default:
        return "unknown";
    }
  }

  #formatRecord(fields: readonly Field[], way: Way): string {
    const names = propertyNames(fields.map(({ label }) => label));
    return object(
      fields.map(({ type }, index) => ({
        name: names[index] ?? "",
        type: this.#format(type, way),
        isOptional: mayBeLeftOut(type, way),
      })),
    );
  }

  /** An option that stands in another one has a tag. */
  #formatSome(type: ValueType, way: Way): string {
    if (type.kind !== "option") return this.#format(type, way);
    return `{ tag: "some"; val: ${this.#formatSome(type.type, way)} } | { tag: "none" }`;
  }

  #formatCase(label: string, payload: ValueType | undefined, way: Way): string {
    if (payload === undefined) return `{ tag: ${JSON.stringify(label)} }`;
    const mark = mayBeLeftOut(payload, way) ? "?" : "";
    return `{ tag: ${JSON.stringify(label)}; val${mark}: ${this.#format(payload, way)} }`;
  }

  #formatList(element: ValueType, way: Way): string {
    const typed = element.kind === "primitive" ? typedArrays[element.primitive] : undefined;
    if (way === "output") return typed ?? `Array<${this.#format(element, way)}>`;
    return iterable(this.#format(element, way));
  }

  #formatMap({ key, value }: ValueType & { readonly kind: "map" }, way: Way): string {
    const pair = [this.#format(key, way), this.#format(value, way)];
    return way === "output" ? `Map<${pair.join(", ")}>` : iterable(tuple(pair, way));
  }
}

interface FuncPlace {
  readonly isImport: boolean;
  /** The interface that it stands in. */
  readonly around?: string;
}

/** An export that `exports` has not (InstanceHandle). */
function byNameOnly(around: string | undefined): string {
  const name = JSON.stringify(around === undefined ? "then" : `${around}#then`);
  return `/* "then", which would make a promise of this object, is called by its name: call(${inComment(name)}) */`;
}

/** Only at a property of its own. */
const mayBeLeftOut = (type: ValueType, way: Way): boolean => way === "input" && type.kind === "option";

/** What is not named is false. */
const formatFlags = (labels: readonly string[], way: Way): string =>
  object(
    propertyNames(labels).map((name) =>
      way === "input"
        ? { name, type: "boolean | undefined", isOptional: true }
        : { name, type: "boolean", isOptional: false },
    ),
  );

/** What stands in declarations beside the types of the component. */
const usedNames = ["Imports", "Exports", "CallContext", "Array", "Iterable", "Map", "Promise", "PromiseLike"];

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

/** What a component calls its things ends no comment. */
const inComment = (text: string): string => text.replaceAll("*/", "* /");

const commentOf = (text: string): string => `/** ${inComment(text)} */`;

const union = (parts: readonly string[]): string => (parts.length === 0 ? "never" : `(${parts.join(" | ")})`);

interface Property {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
}

const object = (properties: readonly Property[]): string =>
  `{ ${properties.map(({ name, type, isOptional }) => `${JSON.stringify(name)}${isOptional ? "?" : ""}: ${type}`).join("; ")} }`;

const tuple = (items: readonly string[], way: Way): string =>
  `${way === "input" ? "readonly " : ""}[${items.join(", ")}]`;

/** A text has items, and is no list: only objects are. */
const iterable = (item: string): string => (item === "string" ? "Iterable<string> & object" : `Iterable<${item}>`);

/** `stream-error` → `StreamError`. What begins with no letter cannot come from WIT, but from a hostile file. */
function typeName(label: string): string {
  const words = label.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(name) ? name : `Type${name}`;
}

/** Words that no parameter may be called in a module. */
const reserved =
  /^(?:arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

/** Those of one function: none may be there twice. */
function parameterNames(labels: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const label of labels) {
    let name = parameterName(label);
    while (names.has(name)) name += "_";
    names.add(name);
  }
  return [...names];
}

function parameterName(label: string): string {
  const name = propertyName(label).replaceAll(/[^A-Za-z0-9$_]/g, "_");
  return reserved.test(name) || !/^[A-Za-z$_]/.test(name) ? `${name}_` : name;
}
