/**
 * Reads interfaces as WIT writes them (design/mvp/WIT.md), into the types that they have as imports. What is read is what
 * hosts state of what they serve: packages of interfaces, without worlds. Gates like `@since` are passed over.
 */
import type {
  ExternType,
  FuncType,
  InstanceType,
  Param,
  Resource,
  ResourceType,
  ValueType,
} from "./component-types.ts";
import { newResource } from "./component-types.ts";
import { makeValueType } from "./value-type.ts";
import { WitTokens } from "./wit-tokens.ts";
import { readWitType, type WitNames } from "./wit-types.ts";

/** What another package, or another interface, gives to `use`: by `ns:pkg/iface`, without a version. */
export type WitLookup = (name: string) => InstanceType;

interface InterfaceParts {
  readonly name: string;
  readonly exports: Map<string, ExternType>;
  readonly resources: Resource[];
}

/**
 * @returns the interfaces of a text that begins with `package ns:name@version;`, by their whole names
 * @throws Error for what is no such text, with its line
 */
export function parseWit(text: string, lookup: WitLookup): ReadonlyMap<string, InstanceType> {
  const tokens = new WitTokens(text);
  const found = new Map<string, InstanceType>();
  tokens.expect("package");
  const { base, version } = readPackageName(tokens);
  tokens.expect(";");
  const own: WitLookup = (name) => found.get(`${name}${version}`) ?? lookup(name);
  while (!tokens.isAtEnd) {
    tokens.passGates();
    tokens.expect("interface");
    const name = `${base}/${tokens.name()}`;
    found.set(`${name}${version}`, new InterfaceReader(tokens, base, own).read(name));
  }
  return found;
}

function readPackageName(tokens: WitTokens): { readonly base: string; readonly version: string } {
  const namespace = tokens.name();
  tokens.expect(":");
  const base = `${namespace}:${tokens.name()}`;
  return { base, version: tokens.version() };
}

class InterfaceReader {
  readonly #tokens: WitTokens;
  readonly #base: string;
  readonly #lookup: WitLookup;
  readonly #parts: InterfaceParts = { name: "", exports: new Map(), resources: [] };
  readonly #names: WitNames = new Map();

  constructor(tokens: WitTokens, base: string, lookup: WitLookup) {
    this.#tokens = tokens;
    this.#base = base;
    this.#lookup = lookup;
  }

  read(name: string): InstanceType {
    const tokens = this.#tokens;
    tokens.expect("{");
    this.#knowResources();
    while (!tokens.accept("}")) {
      tokens.passGates();
      this.#readItem();
    }
    const { exports, resources } = this.#parts;
    if (exports.size === 0) tokens.fail(`'${name}' has no items`);
    return { kind: "instance", exports, resources };
  }

  /** They may name each other; other types are named where they stand already. */
  #knowResources(): void {
    for (const name of this.#tokens.resourcesAhead()) {
      const resource = newResource();
      this.#parts.resources.push(resource);
      this.#names.set(name, { kind: "resource", resource });
    }
  }

  #readItem(): void {
    const tokens = this.#tokens;
    const word = tokens.peek();
    if (tokens.peek(1) === ":") return this.#readFunc(tokens.name());
    tokens.next();
    if (word === "use") return this.#readUse();
    if (word === "resource") return this.#readResource(tokens.name());
    const name = tokens.name();
    if (word !== "type") return this.#define(name, this.#readBody(word));
    tokens.expect("=");
    this.#define(name, this.#readType());
    tokens.expect(";");
  }

  #readType(): ValueType {
    return readWitType(this.#tokens, this.#names);
  }

  #define(name: string, type: ValueType | ResourceType): void {
    this.#names.set(name, type);
    this.#parts.exports.set(name, { kind: "type", type });
  }

  /** `use path.{a, b as c};` */
  #readUse(): void {
    const tokens = this.#tokens;
    const first = tokens.name();
    const path = tokens.accept(":") ? `${first}:${tokens.name()}/${this.#readPathEnd()}` : `${this.#base}/${first}`;
    tokens.expect(".");
    const used = this.#lookup(path);
    for (const [from, to] of tokens.list("{", "}", () => this.#readUsedName())) {
      const item = used.exports.get(from);
      const type = item?.kind === "type" ? item.type : tokens.fail(`'${path}' has no type '${from}'`);
      this.#define(to, type as ValueType | ResourceType); // types of interfaces are one of these
    }
    tokens.expect(";");
  }

  #readPathEnd(): string {
    this.#tokens.expect("/");
    const name = this.#tokens.name();
    this.#tokens.version();
    return name;
  }

  #readUsedName(): readonly [from: string, to: string] {
    const from = this.#tokens.name();
    return [from, this.#tokens.accept("as") ? this.#tokens.name() : from];
  }

  #readBody(kind: string): ValueType {
    const tokens = this.#tokens;
    if (kind === "enum" || kind === "flags") {
      return makeValueType({ kind, labels: tokens.list("{", "}", () => tokens.name()) });
    }
    if (kind === "record") return makeValueType({ kind, fields: tokens.list("{", "}", () => this.#readField()) });
    if (kind !== "variant") return tokens.fail(`'${kind}' is no item of an interface`);
    const cases = tokens.list("{", "}", () => {
      const label = tokens.name();
      if (!tokens.accept("(")) return { label, type: undefined };
      const type = this.#readType();
      tokens.expect(")");
      return { label, type };
    });
    return makeValueType({ kind, cases });
  }

  #readField(): Param {
    const label = this.#tokens.name();
    this.#tokens.expect(":");
    return { label, type: this.#readType() };
  }

  #readResource(name: string): void {
    const tokens = this.#tokens;
    const type = this.#names.get(name);
    if (type?.kind !== "resource") return tokens.fail(`'${name}' is named twice`);
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
    if (tokens.peek() === "constructor" && tokens.peek(1) === "(") {
      tokens.next();
      const made = this.#readSignature([], false);
      const result = made.result ?? makeValueType({ kind: "own", resource });
      return this.#addFunc(`[constructor]${name}`, { ...made, result, hasResource: true });
    }
    const member = tokens.name();
    tokens.expect(":");
    const isStatic = tokens.accept("static");
    const self = { label: "self", type: makeValueType({ kind: "borrow", resource }) };
    const func = this.#readFuncType(isStatic ? [] : [self]);
    this.#addFunc(`[${isStatic ? "static" : "method"}]${name}.${member}`, func);
  }

  #readFunc(name: string): void {
    this.#tokens.expect(":");
    this.#addFunc(name, this.#readFuncType([]));
  }

  #addFunc(name: string, type: FuncType): void {
    this.#parts.exports.set(name, type);
    this.#tokens.expect(";");
  }

  #readFuncType(before: readonly Param[]): FuncType {
    const isAsync = this.#tokens.accept("async");
    this.#tokens.expect("func");
    return this.#readSignature(before, isAsync);
  }

  #readSignature(before: readonly Param[], isAsync: boolean): FuncType {
    const tokens = this.#tokens;
    const params = [...before, ...tokens.list("(", ")", () => this.#readField())];
    const result = tokens.accept("->") ? this.#readType() : undefined;
    const hasResource = [...params.map(({ type }) => type), result].some((type) => type?.hasResource === true);
    return { kind: "func", isAsync, params, result, hasResource };
  }
}
