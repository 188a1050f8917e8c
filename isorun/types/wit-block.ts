/** The items of a world or of an interface as WIT writes them, each in lines of its own. */
import type { AnyType, ExternType, FuncType, ResourceType, ValueType } from "./component-types.ts";
import { isValueType } from "./component-types.ts";
import { formatExternType, formatShape, formatValueType, lettersMax, type Room } from "./wit.ts";
import { identifier } from "./wit-identifier.ts";
import { interfacePathOf, interfaceText, type WitScope } from "./wit-scope.ts";

export type Items = ReadonlyMap<string, ExternType>;

/** How much may still be written, in the whole document; below zero nothing more is. */
export interface LettersLeft {
  letters: number;
}

/** Of what stands in comments. */
const commentLetters = 200;
const memberName = /^\[(method|static|constructor)\]([^.]+)(?:\.(.+))?$/;

/** Of a resource. */
interface Member {
  /** As the item is called: `[method]resource.label`. */
  readonly name: string;
  readonly kind: string;
  readonly label: string;
  readonly func: FuncType;
}

export interface BlockOptions {
  readonly scope: WitScope;
  readonly left: LettersLeft;
  /** Stands in front of what is a function or an interface; empty in interfaces. */
  readonly role: "" | "import " | "export ";
  /** What stands in braces behind `label: interface`. */
  readonly formatPlain: (items: Items) => string[];
  /** Comments on an interface that is imported or exported by its whole name. */
  readonly notesOn: (name: string, items: Items) => string[];
}

export class WitBlock {
  readonly #items: Items;
  readonly #options: BlockOptions;
  readonly #scope: WitScope;
  /** By the labels of their resources. */
  readonly #members = new Map<string, Member[]>();
  /** Labels of types that have a name here. */
  readonly #declared = new Set<string>();
  /** Labels of those that are defined here, so that their members stand with them. */
  readonly #resources = new Set<string>();
  /** Whether something was too long of what has been written since somebody asked. */
  #isCut = false;

  constructor(items: Items, options: BlockOptions) {
    this.#items = items;
    this.#options = options;
    this.#scope = options.scope;
    for (const [name, func] of items) {
      const [, kind, resource, label = ""] = memberName.exec(name) ?? [];
      if (kind === undefined || resource === undefined || func.kind !== "func") continue;
      const members = this.#members.get(resource) ?? [];
      this.#members.set(resource, members);
      members.push({ name, kind, label, func });
    }
  }

  /** Without what the scope has to `use` then. */
  format(): string[] {
    const lines = new Map<string, readonly string[]>();
    this.#declareTypes();
    // Members of resources may speak of types that come behind them: which of these can be written is known first.
    for (const [name, type] of this.#items) if (isPlainType(type)) this.#addEntry(name, type, lines);
    for (const [name, type] of this.#items) if (!isPlainType(type)) this.#addEntry(name, type, lines);
    const written = [...this.#items.keys()].flatMap((name) => lines.get(name) ?? []);
    return [...written, ...leftOut(this.#items.size - lines.size)];
  }

  /** The instances of one file may have the same items again and again: those that there is no room for are left out. */
  #addEntry(name: string, type: ExternType, lines: Map<string, readonly string[]>): void {
    const { left } = this.#options;
    if (left.letters < 0) {
      if (type.kind === "type" && this.#declared.has(name)) this.#scope.forget(name, type.type);
      return;
    }
    const before = left.letters;
    const entry = this.#formatEntry(name, type);
    lines.set(name, entry);
    left.letters = Math.min(left.letters, before - lettersOf(entry));
  }

  #declareTypes(): void {
    const { role } = this.#options;
    for (const [name, type] of this.#items) {
      if (type.kind !== "type" || interfacePathOf(name) !== undefined) continue;
      // A world has one space for what it imports and for its types.
      if (role === "export " && this.#scope.isTaken(name)) continue;
      if (type.type.kind === "resource" && !this.#canBeNamed(name, type.type)) continue;
      this.#scope.declare(name, type.type);
      this.#declared.add(name);
    }
  }

  /** A world's own resource is one that it imports, and one that is written again is another one. */
  #canBeNamed(label: string, type: ResourceType): boolean {
    if (this.#scope.firstNameOf(label, type) !== undefined) return true;
    const home = this.#scope.homeOf(type);
    return home === undefined ? this.#options.role !== "export " : this.#scope.useOf(label, home) !== undefined;
  }

  #formatEntry(name: string, type: ExternType): string[] {
    const { role } = this.#options;
    const [, kind, resource = ""] = memberName.exec(name) ?? [];
    if (kind !== undefined && this.#resources.has(resource)) return [];
    const lines = kind === undefined ? this.#formatItem(name, type) : undefined;
    const isCut = this.#takeCut();
    if (lines !== undefined && !isCut) return lines;
    if (type.kind === "type" && this.#declared.has(name)) this.#scope.forget(name, type.type);
    return [commentOf(`${role}${name}`, type)];
  }

  #takeCut(): boolean {
    const isCut = this.#isCut;
    this.#isCut = false;
    return this.#scope.takeMissed() || isCut;
  }

  #formatItem(name: string, type: ExternType): string[] | undefined {
    const { role, formatPlain, notesOn } = this.#options;
    const path = interfacePathOf(name);
    if (type.kind === "type") return this.#formatOwnType(name, type.type);
    if (type.kind === "func" && path === undefined) return [`${role}${identifier(name)}: ${this.#formatFunc(type)};`];
    if (type.kind !== "instance" || role === "") return undefined;
    if (path !== undefined) return [`${role}${interfaceText(path)};`, ...notesOn(name, type.exports)];
    return block(`${role}${identifier(name)}: interface`, formatPlain(type.exports));
  }

  #formatOwnType(name: string, type: AnyType): string[] | undefined {
    const lines = this.#declared.has(name) ? this.#formatType(name, type) : undefined;
    if (lines === undefined || this.#options.role !== "export ") return lines;
    return ["// an export; worlds of WIT can only import types:", ...lines];
  }

  #formatType(label: string, type: AnyType): string[] | undefined {
    const name = identifier(label);
    const first = this.#scope.firstNameOf(label, type);
    if (first !== undefined) return [`type ${name} = ${first};`];
    const home = this.#scope.homeOf(type);
    const use = home === undefined ? undefined : this.#scope.useOf(label, home);
    if (use !== undefined) return [use];
    this.#scope.settle(label, type);
    return this.#formatDefinition(label, type);
  }

  #formatDefinition(label: string, type: AnyType): string[] | undefined {
    const name = identifier(label);
    if (type.kind === "resource") return this.#formatResource(label);
    if (!isValueType(type)) return undefined;
    switch (type.kind) {
      case "record":
        return block(
          `record ${name}`,
          type.fields.map(({ label: field, type: inner }) => `${identifier(field)}: ${this.#formatValue(inner)},`),
        );
      case "variant":
        return block(
          `variant ${name}`,
          type.cases.map(({ label: own, type: payload }) =>
            payload === undefined ? `${identifier(own)},` : `${identifier(own)}(${this.#formatValue(payload)}),`,
          ),
        );
      case "enum":
      case "flags":
        return block(
          `${type.kind} ${name}`,
          type.labels.map((own) => `${identifier(own)},`),
        );
      default:
        return [`type ${name} = ${this.#written((room) => formatShape(type, this.#scope, room))};`];
    }
  }

  #formatResource(label: string): string[] {
    this.#resources.add(label);
    const members = this.#members.get(label) ?? [];
    const lines: string[] = [];
    for (const member of members) {
      if (this.#options.left.letters < 0) break;
      lines.push(this.#formatMemberLine(member));
    }
    const head = `resource ${identifier(label)}`;
    return members.length === 0 ? [`${head};`] : block(head, [...lines, ...leftOut(members.length - lines.length)]);
  }

  #formatMemberLine(member: Member): string {
    const { left } = this.#options;
    const before = left.letters;
    const line = this.#formatMember(member);
    left.letters = Math.min(left.letters, before - line.length);
    return this.#takeCut() ? commentOf(member.name, member.func) : line;
  }

  #formatMember({ kind, label, func }: Member): string {
    const name = identifier(label);
    if (kind === "static") return `${name}: static ${this.#formatFunc(func)};`;
    if (kind === "method") return `${name}: ${this.#formatFunc({ ...func, params: func.params.slice(1) })};`;
    // What it makes is not said, unless it may fail.
    const { result } = func;
    const made = this.#formatFunc(result?.kind === "result" ? func : { ...func, result: undefined });
    return `${made.replace("func", "constructor")};`;
  }

  #formatFunc({ isAsync, params, result }: FuncType): string {
    const given = params.map(({ label, type }) => `${identifier(label)}: ${this.#formatValue(type)}`);
    const returned = result === undefined ? "" : ` -> ${this.#formatValue(result)}`;
    return `${isAsync ? "async " : ""}func(${given.join(", ")})${returned}`;
  }

  #formatValue(type: ValueType): string {
    return this.#written((room) => formatValueType(type, this.#scope, room));
  }

  #written(write: (room: Room) => string): string {
    const { left } = this.#options;
    const letters = Math.min(lettersMax, left.letters);
    const room = { letters };
    const text = write(room);
    if (room.letters < 0) this.#isCut = true;
    else left.letters -= letters - room.letters;
    return text;
  }
}

const lettersOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

const leftOut = (count: number): string[] => (count === 0 ? [] : [`// … and ${count} more`]);

const isPlainType = (type: ExternType): boolean => type.kind === "type" && type.type.kind !== "resource";

export const commentOf = (name: string, type: ExternType): string =>
  `// ${name}: ${formatExternType(type, { letters: commentLetters })}`;

export const block = (head: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? [`${head} {`, "}"]
    : [`${head} {`, ...lines.map((line) => (line === "" ? "" : `  ${line}`)), "}"];
