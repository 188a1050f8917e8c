/** Reads one interface of WIT (design/mvp/WIT.md, Interfaces), from its braces on. */
import type {
  Case,
  ExternType,
  FuncType,
  InstanceType,
  Param,
  Resource,
  ResourceType,
  ValueType,
} from "./component-types.ts";
import { aliasOf, newResource } from "./component-types.ts";
import { makeValueType } from "./value-type.ts";
import type { WitTokens } from "./wit-tokens.ts";
import { isBuiltIn, readWitType, type WitNames } from "./wit-types.ts";

/** As `use` names it. */
export interface UsedInterface {
  /** `ns:name` of its package. */
  readonly base: string;
  readonly label: string;
  /** With the `@`; empty if none is written. */
  readonly version: string;
}

/** Gives what is used, or fails. */
export type UseOf = (used: UsedInterface, fail: (problem: string) => never) => InstanceType;

interface InterfacePlace {
  /** `ns:name` of its package. */
  readonly base: string;
  readonly label: string;
  readonly use: UseOf;
}

/** Which the next token begins. @throws TypeError with line and column */
export const readInterface = (tokens: WitTokens, place: InterfacePlace): InstanceType =>
  new InterfaceReader(tokens, place).read();

/** Binary.md, Type Definitions. */
const flagsMax = 32;

class InterfaceReader {
  readonly #tokens: WitTokens;
  readonly #place: InterfacePlace;
  readonly #exports = new Map<string, ExternType>();
  readonly #resources: Resource[] = [];
  readonly #names: WitNames = new Map();
  /** Types and functions share their names. */
  readonly #taken = new Set<string>();

  constructor(tokens: WitTokens, place: InterfacePlace) {
    this.#tokens = tokens;
    this.#place = place;
  }

  read(): InstanceType {
    const tokens = this.#tokens;
    tokens.expect("{");
    this.#knowResources();
    while (!tokens.accept("}")) {
      tokens.passGates();
      this.#readItem();
    }
    const { base, label } = this.#place;
    if (this.#exports.size === 0) tokens.failAtLast(`'${base}/${label}' has no items`);
    return { kind: "instance", exports: this.#exports, resources: this.#resources };
  }

  /** They may name each other; other types are named where they stand already. */
  #knowResources(): void {
    for (const name of this.#tokens.resourcesAhead()) {
      const resource = newResource();
      this.#resources.push(resource);
      this.#names.set(name, { kind: "resource", resource, name });
    }
  }

  #readItem(): void {
    const tokens = this.#tokens;
    const word = tokens.peek();
    if (tokens.peek(1) === ":") return this.#addFunc(tokens.newName(this.#taken), () => this.#readFuncType([]));
    if (tokens.accept("use")) return this.#readUse();
    if (tokens.accept("resource")) return this.#readResource();
    if (tokens.accept("type")) {
      const name = this.#newType();
      tokens.expect("=");
      this.#define(name, this.#readType());
      return tokens.expect(";");
    }
    if (!bodies.has(word)) {
      const found = tokens.isAtEnd ? "the end of the text" : `'${word}'`;
      tokens.fail(`${found} is no item of an interface; it has types, resources, functions and \`use\``);
    }
    tokens.next();
    this.#define(this.#newType(), this.#readBody(word));
  }

  #readType(): ValueType {
    return readWitType(this.#tokens, this.#names);
  }

  /** Names of types that nobody defines would hide this one. */
  #newType(): string {
    const tokens = this.#tokens;
    const isEscaped = tokens.peek().startsWith("%");
    const name = tokens.newName(this.#taken);
    if (!isEscaped && isBuiltIn(name)) {
      tokens.failAtLast(`'${name}' is a type of WIT itself; write '%${name}' for another one`);
    }
    return name;
  }

  #define(name: string, type: ValueType | ResourceType): void {
    const own = type.kind === "resource" ? type : aliasOf(type, name);
    this.#names.set(name, own);
    this.#exports.set(name, { kind: "type", type: own });
  }

  /** `use path.{a, b as c};` */
  #readUse(): void {
    const tokens = this.#tokens;
    const { place } = tokens;
    const path = this.#readPath();
    tokens.expect(".");
    const used = this.#place.use(path, (problem) => tokens.failAt(place, problem));
    tokens.list("{", "}", () => {
      const from = tokens.name();
      const type = this.#typeOf(used, path, from);
      const to = tokens.accept("as") ? tokens.name() : from;
      tokens.take(to, this.#taken);
      this.#define(to, type);
    });
    tokens.expect(";");
  }

  /** `iface`, or `ns:pkg/iface@version`. */
  #readPath(): UsedInterface {
    const tokens = this.#tokens;
    let base = tokens.name();
    if (tokens.peek() !== ":") return { base: this.#place.base, label: base, version: "" };
    while (tokens.accept(":")) base += `:${tokens.name()}`;
    tokens.expect("/");
    return { base, label: tokens.name(), version: tokens.version() };
  }

  #typeOf(used: InstanceType, { base, label, version }: UsedInterface, name: string): ValueType | ResourceType {
    const item = used.exports.get(name);
    if (item?.kind === "type") return item.type as ValueType | ResourceType; // types of interfaces are one of these
    const types = [...used.exports].flatMap(([own, { kind }]) => (kind === "type" ? [own] : []));
    const there = types.length === 0 ? "it has none" : `it has ${types.join(", ")}`;
    return this.#tokens.failAtLast(`'${base}/${label}${version}' has no type '${name}'; ${there}`);
  }

  #readBody(kind: string): ValueType {
    const tokens = this.#tokens;
    const taken = new Set<string>();
    if (kind === "enum" || kind === "flags") {
      const what = kind === "enum" ? "an enum has at least one label" : "flags have at least one label";
      const labels = this.#some(what, () => tokens.newName(taken));
      if (kind === "flags" && labels.length > flagsMax) tokens.failAtLast(`flags have at most ${flagsMax} labels`);
      return makeValueType({ kind, labels });
    }
    if (kind === "variant") {
      return makeValueType({ kind, cases: this.#some("a variant has at least one case", () => this.#readCase(taken)) });
    }
    const fields = this.#some("a record has at least one field", () => this.#readField(taken));
    return makeValueType({ kind: "record", fields });
  }

  /** In braces. */
  #some<T>(problem: string, read: () => T): T[] {
    const items = this.#tokens.list("{", "}", read);
    if (items.length === 0) this.#tokens.failAtLast(problem);
    return items;
  }

  #readCase(taken: Set<string>): Case {
    const tokens = this.#tokens;
    const label = tokens.newName(taken);
    if (!tokens.accept("(")) return { label, type: undefined };
    const type = this.#readType();
    tokens.expect(")");
    return { label, type };
  }

  #readField(taken: Set<string>): Param {
    const label = this.#tokens.newName(taken);
    this.#tokens.expect(":");
    return { label, type: this.#readType() };
  }

  #readResource(): void {
    const tokens = this.#tokens;
    const name = this.#newType();
    // Of those that were seen ahead, and nothing else took its name.
    const type = this.#names.get(name) as ResourceType;
    this.#define(name, type);
    if (tokens.accept(";")) return;
    tokens.expect("{");
    while (!tokens.accept("}")) {
      tokens.passGates();
      this.#readMember(name, type);
    }
  }

  #readMember(name: string, resource: ResourceType): void {
    const tokens = this.#tokens;
    const member = tokens.name();
    if (member === "constructor" && tokens.peek() === "(") {
      tokens.take(member, this.#taken, `[constructor]${name}`);
      return this.#addFunc(`[constructor]${name}`, () => this.#readConstructor(resource));
    }
    tokens.take(member, this.#taken, `${name}.${member}`);
    const isStatic = tokens.peek(1) === "static";
    const self = { label: "self", type: makeValueType({ kind: "borrow", resource }) };
    const func = `[${isStatic ? "static" : "method"}]${name}.${member}`;
    this.#addFunc(func, () => this.#readFuncType(isStatic ? [] : [self], isStatic));
  }

  #readConstructor(resource: ResourceType): FuncType {
    const made = this.#readSignature([], false);
    return { ...made, result: made.result ?? makeValueType({ kind: "own", resource }), hasResource: true };
  }

  #addFunc(name: string, read: () => FuncType): void {
    this.#exports.set(name, read());
    this.#tokens.expect(";");
  }

  #readFuncType(before: readonly Param[], isStatic = false): FuncType {
    const tokens = this.#tokens;
    tokens.expect(":");
    if (isStatic) tokens.expect("static");
    const isAsync = tokens.accept("async");
    tokens.expect("func");
    return this.#readSignature(before, isAsync);
  }

  #readSignature(before: readonly Param[], isAsync: boolean): FuncType {
    const tokens = this.#tokens;
    const taken = new Set(before.map(({ label }) => label));
    const params = [...before, ...tokens.list("(", ")", () => this.#readField(taken))];
    const result = tokens.accept("->") ? this.#readType() : undefined;
    const hasResource = [...params.map(({ type }) => type), result].some((type) => type?.hasResource === true);
    return { kind: "func", isAsync, params, result, hasResource };
  }
}

const bodies: ReadonlySet<string> = new Set(["enum", "flags", "record", "variant"]);
