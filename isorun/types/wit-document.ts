/**
 * The world of a component as a text that parsers of WIT read (design/mvp/WIT.md): the world itself, then the packages of
 * the interfaces that it names, in the order in which the component needs them. In: resolved types. Out: one document.
 *
 * A type that another interface has too is taken from there by `use`. Types are told by what stands in them, since each
 * name of a type is an object of its own; for lists and their kin, whose names tell nothing, the type is written again.
 * What a component may have and WIT cannot write stands in comments: modules, components, instances in instances,
 * resources that it exports beside interfaces, what would make packages need each other crosswise, and what speaks of
 * these. So does what would be too long: types without
 * names, which name each other again and again, and items that many instances have.
 */
import type { AnyType, ExternType } from "./component-types.ts";
import { formatExternType } from "./wit.ts";
import { type BlockOptions, block, commentOf, type Items, type LettersLeft, WitBlock } from "./wit-block.ts";
import { identifier } from "./wit-identifier.ts";
import { WitPackages } from "./wit-packages.ts";
import { type Homes, interfacePathOf, packageText, WitScope } from "./wit-scope.ts";

interface World {
  readonly imports: Items;
  readonly exports: Items;
}

export const formatWorld = (world: World): string => new Document(world).format();

/** One more item is written than there is room for. */
export const documentLettersMax = 4_000_000;
const hint = "// Comments tell of what WIT has no words for, and of what is too long.";

class Document {
  readonly #world: World;
  readonly #homes: Homes = new Map();
  readonly #packages = new WitPackages();
  readonly #left: LettersLeft = { letters: documentLettersMax };
  /** By their whole names. One that is both imported and exported is written once, with all that either has. */
  readonly #interfaces = new Map<string, Items>();

  constructor(world: World) {
    this.#world = world;
    for (const [name, type] of [...world.imports, ...world.exports]) {
      if (type.kind !== "instance" || interfacePathOf(name) === undefined) continue;
      const known = this.#interfaces.get(name) ?? new Map<string, ExternType>();
      this.#interfaces.set(name, new Map([...known, ...type.exports, ...known]));
    }
  }

  format(): string {
    const packages = this.#formatPackages();
    const lines = [...block("world root", this.#formatWorld()), ...packages];
    const hasComments = lines.some((line) => line.trimStart().startsWith("//"));
    return [`package ${this.#ownPackage()};`, ...(hasComments ? [hint] : []), "", ...lines, ""].join("\n");
  }

  /** Not one that an interface is in, of whatever version. */
  #ownPackage(): string {
    const taken = new Set([...this.#interfaces.keys()].map((name) => interfacePathOf(name)?.path.toLowerCase()));
    let name = "root:component";
    for (let count = 2; taken.has(name); count += 1) name = `root:component${count}`;
    return name;
  }

  #formatPackages(): string[] {
    const packages = new Map<string, string[][]>();
    for (const [name, items] of this.#interfaces) {
      const { path = "", label = "", version = "" } = interfacePathOf(name) ?? {};
      const head = `package ${packageText(path)}${version}`;
      const lines = block(`interface ${identifier(label)}`, this.#formatInterface(name, items));
      const interfaces = packages.get(head) ?? [];
      packages.set(head, interfaces);
      interfaces.push(lines);
    }
    return [...packages].flatMap(([head, interfaces]) => ["", ...block(head, interfaces.flat())]);
  }

  #formatInterface(place: string, items: Items): string[] {
    const { imports, exports } = this.#world;
    const isImported = imports.has(place);
    const twins = isImported ? typesOf(itemsOf(exports.get(place))) : new Map<string, AnyType>();
    return this.#formatInner(items, { place, isImported, twins });
  }

  #formatInner(
    items: Items,
    at: { readonly place?: string; readonly isImported: boolean; readonly twins: Twins },
  ): string[] {
    const shared = { homes: this.#homes, packages: this.#packages };
    const scope = new WitScope({ place: undefined, ...at, isWorld: false, labels: items.keys(), ...shared });
    const lines = new WitBlock(items, { ...this.#blockOptions(at.isImported), scope, role: "" }).format();
    return [...scope.uses, ...lines];
  }

  #formatWorld(): string[] {
    const { imports, exports } = this.#world;
    const at = { place: undefined, isImported: true, twins: new Map<string, AnyType>() };
    const shared = { homes: this.#homes, packages: this.#packages };
    const scope = new WitScope({ ...at, isWorld: true, labels: imports.keys(), ...shared });
    const lines = [
      ...new WitBlock(imports, { ...this.#blockOptions(true), scope, role: "import " }).format(),
      ...new WitBlock(exports, { ...this.#blockOptions(false), scope, role: "export " }).format(),
    ];
    return [...scope.uses, ...lines];
  }

  #blockOptions(isImported: boolean): Omit<BlockOptions, "scope" | "role"> {
    return {
      left: this.#left,
      formatPlain: (items) => this.#formatInner(items, { isImported, twins: new Map() }),
      notesOn: (name, items) => this.#differences(name, items),
    };
  }

  /** What one side of an interface has otherwise than its text says, where it is both imported and exported. */
  #differences(name: string, items: Items): string[] {
    return [...(this.#interfaces.get(name) ?? [])].flatMap(([label, type]) => {
      const own = items.get(label);
      if (own === type) return [];
      if (own === undefined) return [`// without ${label}`];
      return formatExternType(own) === formatExternType(type) ? [] : [commentOf(`here ${label}`, own)];
    });
  }
}

const itemsOf = (type: ExternType | undefined): Items => (type?.kind === "instance" ? type.exports : new Map());

type Twins = ReadonlyMap<string, AnyType>;

const typesOf = (items: Items): Twins =>
  new Map([...items].flatMap(([label, type]) => (type.kind === "type" ? [[label, type.type] as const] : [])));
