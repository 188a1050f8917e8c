/**
 * The world of a component as a text that parsers of WIT read (design/mvp/WIT.md): the world itself, then the packages of
 * the interfaces that it names, in the order in which the component needs them. In: resolved types. Out: one document.
 *
 * A type that another interface has too is taken from there by `use`. Types are told by what stands in them, since each
 * name of a type is an object of its own; for lists and their kin, whose names tell nothing, the type is written again.
 * What a component may have and WIT cannot write (types that are exported beside interfaces, modules, components) stands
 * in comments. So does what would be too long: types without names, which name each other again and again.
 */
import type { AnyType, ExternType, FuncType, ValueType } from "./component-types.ts";
import { isValueType } from "./component-types.ts";
import { formatExternType, formatShape, formatValueType, lettersMax, type Room } from "./wit.ts";
import { identifier } from "./wit-identifier.ts";

interface World {
  readonly imports: ReadonlyMap<string, ExternType>;
  readonly exports: ReadonlyMap<string, ExternType>;
}

type Items = ReadonlyMap<string, ExternType>;

export const formatWorld = (world: World): string => new Document().format(world);

/** `ns:pkg/iface@version`. */
const interfaceName = /^((?:[a-z][a-z0-9-]*:)+[a-z][a-z0-9-]*)\/([a-z][a-z0-9-]*)(@[^@]+)?$/i;
const plainName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/i;
const memberName = /^\[(method|static|constructor)\]([^.]+)(?:\.(.+))?$/;

interface Home {
  /** As imports and exports name it; empty for the world. */
  readonly place: string;
  readonly label: string;
}

/** Of all types where they are used. */
const documentLettersMax = 4_000_000;
/** Of what stands in comments. */
const commentLetters = 200;

class Document {
  /** Where a type was written first, by what stands in it. */
  readonly #homes = new Map<object, Home>();
  /** How types are called where they are. */
  readonly #names = new Map<AnyType, string>();
  /** Whether something was too long of what has been written since somebody asked. */
  #isCut = false;
  #lettersLeft = documentLettersMax;
  /** Interfaces by their packages. */
  readonly #packages = new Map<string, Map<string, Items>>();

  format({ imports, exports }: World): string {
    for (const [name, type] of [...imports, ...exports]) this.#know(name, type);
    const packages = [...this.#packages].flatMap(([name, interfaces]) => [
      "",
      ...this.#formatPackage(name, interfaces),
    ]);
    const world = [
      ...this.#formatItems(imports, { place: "", role: "import " }),
      ...this.#formatItems(exports, { place: "", role: "export " }),
    ];
    return ["package root:component;", "", ...block("world root", world), ...packages, ""].join("\n");
  }

  /** One that is both imported and exported is written once, with all that either has. */
  #know(name: string, type: ExternType): void {
    const [, path, own, version = ""] = interfaceName.exec(name) ?? [];
    if (path === undefined || own === undefined || type.kind !== "instance") return;
    const interfaces = this.#packages.get(`${path}${version}`) ?? new Map<string, Items>();
    this.#packages.set(`${path}${version}`, interfaces);
    interfaces.set(own, new Map([...(interfaces.get(own) ?? []), ...type.exports, ...(interfaces.get(own) ?? [])]));
  }

  #formatPackage(name: string, interfaces: ReadonlyMap<string, Items>): string[] {
    const [path = "", version] = name.split("@");
    const suffix = version === undefined ? "" : `@${version}`;
    const inner = [...interfaces].flatMap(([own, items]) =>
      block(`interface ${identifier(own)}`, this.#formatItems(items, { place: `${path}/${own}${suffix}`, role: "" })),
    );
    return block(`package ${name}`, inner);
  }

  /** @param role stands in front of what is a function or an interface */
  #formatItems(items: Items, at: { readonly place: string; readonly role: string }): string[] {
    // Members of resources may speak of types that come behind them.
    for (const [name, type] of items) if (type.kind === "type") this.#names.set(type.type, identifier(name));
    return [...items].flatMap(([name, type]) => {
      if (type.kind === "func" && memberName.test(name)) return [];
      if (type.kind === "instance" && interfaceName.test(name)) return [`${at.role}${name};`];
      const isSaid = plainName.test(name) && !(at.role === "export " && type.kind === "type");
      const lines = isSaid ? this.#formatItem(name, type, { ...at, items }) : undefined;
      const isCut = this.#takeCut();
      if (isCut && type.kind === "type") this.#forget(type.type);
      return lines === undefined || isCut ? [commentOf(`${at.role}${name}`, type)] : lines;
    });
  }

  #takeCut(): boolean {
    const isCut = this.#isCut;
    this.#isCut = false;
    return isCut;
  }

  /** One that is not written has no name. */
  #forget(type: AnyType): void {
    this.#names.delete(type);
    const identity = identityOf(type);
    if (identity !== undefined) this.#homes.delete(identity);
  }

  #formatItem(
    name: string,
    type: ExternType,
    { place, role, items }: { readonly place: string; readonly role: string; readonly items: Items },
  ): string[] | undefined {
    if (type.kind === "func") return [`${role}${identifier(name)}: ${this.#formatFunc(type)};`];
    if (type.kind === "instance") {
      return block(`${role}${identifier(name)}: interface`, this.#formatItems(type.exports, { place: name, role: "" }));
    }
    return type.kind === "type" ? this.#formatType({ place, label: name }, type.type, items) : undefined;
  }

  #formatType({ place, label }: Home, type: AnyType, items: Items): string[] | undefined {
    const name = identifier(label);
    const identity = identityOf(type);
    const home = identity === undefined ? undefined : this.#homes.get(identity);
    if (identity !== undefined && home === undefined) this.#homes.set(identity, { place, label });
    return this.#formatDefinition(name, type, { home, place, items });
  }

  #formatDefinition(
    name: string,
    type: AnyType,
    { home, place, items }: { readonly home: Home | undefined; readonly place: string; readonly items: Items },
  ): string[] | undefined {
    if (home !== undefined) return useOf(name, home, place);
    if (type.kind === "resource") return this.#formatResource(name, items);
    if (!isValueType(type)) return undefined;
    switch (type.kind) {
      case "record":
        return block(
          `record ${name}`,
          type.fields.map(({ label, type: field }) => `${identifier(label)}: ${this.#formatValue(field)},`),
        );
      case "variant":
        return block(
          `variant ${name}`,
          type.cases.map(({ label, type: payload }) =>
            payload === undefined ? `${identifier(label)},` : `${identifier(label)}(${this.#formatValue(payload)}),`,
          ),
        );
      case "enum":
      case "flags":
        return block(
          `${type.kind} ${name}`,
          type.labels.map((label) => `${identifier(label)},`),
        );
      default:
        return [`type ${name} = ${this.#written((room) => formatShape(type, this.#names, room))};`];
    }
  }

  #formatResource(name: string, items: Items): string[] {
    const members = [...items].flatMap(([own, func]) => {
      const [, kind, resource, member = ""] = memberName.exec(own) ?? [];
      if (kind === undefined || resource === undefined || func.kind !== "func" || identifier(resource) !== name)
        return [];
      const line = this.#formatMember(kind, identifier(member), func);
      return [this.#takeCut() ? commentOf(own, func) : line];
    });
    return members.length === 0 ? [`resource ${name};`] : block(`resource ${name}`, members);
  }

  #formatMember(kind: string, name: string, func: FuncType): string {
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

  /** Types behind a name have one in this place (validation asks for that). */
  #formatValue(type: ValueType): string {
    return this.#written((room) => formatValueType(type, this.#names, room));
  }

  #written(write: (room: Room) => string): string {
    const letters = Math.min(lettersMax, this.#lettersLeft);
    const room = { letters };
    const text = write(room);
    if (room.letters < 0) this.#isCut = true;
    else this.#lettersLeft -= letters - room.letters;
    return text;
  }
}

const commentOf = (name: string, type: ExternType): string =>
  `// ${name}: ${formatExternType(type, { letters: commentLetters })}`;

/** What aliases of a type have in common; undefined for those that are written out. */
function identityOf(type: AnyType): object | undefined {
  if (type.kind === "resource") return type.resource;
  if (type.kind === "record") return type.fields;
  if (type.kind === "variant") return type.cases;
  return type.kind === "enum" || type.kind === "flags" ? type.labels : undefined;
}

function useOf(name: string, { place, label }: Home, here: string): string[] {
  const from = identifier(label);
  if (place === here) return [`type ${name} = ${from};`];
  const [, path, own = "", version = ""] = interfaceName.exec(place) ?? [];
  const [, herePath, , hereVersion = ""] = interfaceName.exec(here) ?? [];
  const source = path === herePath && version === hereVersion ? identifier(own) : place;
  return [`use ${source}.{${from === name ? name : `${from} as ${name}`}};`];
}

const block = (head: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? [`${head} {`, "}"]
    : [`${head} {`, ...lines.map((line) => (line === "" ? "" : `  ${line}`)), "}"];
