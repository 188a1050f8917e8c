/** JavaScript as it is generated: lines, fresh names, and values from outside that the text refers to by place. */
import type { Resource, ValueType } from "../types/component-types.ts";
import { TypeSharing } from "../types/type-sharing.ts";

/** What all texts of one signature have in common. */
class Common {
  readonly constants: unknown[] = [];
  readonly places = new Map<unknown, number>();
  readonly resources: Resource[] = [];
  /** Functions that the texts call, in the order in which they are complete. */
  readonly functions: string[] = [];
  readonly names = new Map<ValueType, Map<string, string>>();
  readonly sharing: Readonly<Record<Direction, TypeSharing>>;
  readonly isAnswer: boolean;

  constructor({ lowered = [], lifted = [], isAnswer = false }: Directions) {
    this.isAnswer = isAnswer;
    this.sharing = { lower: new TypeSharing(lowered), lift: new TypeSharing(lifted) };
  }
}

type Direction = "lower" | "lift";

interface Directions {
  readonly lowered?: readonly ValueType[];
  readonly lifted?: readonly ValueType[];
  /** Whether what is lowered is what a host function answered. */
  readonly isAnswer?: boolean;
}

interface SharedFunction {
  readonly type: ValueType;
  /** What it does with the type. */
  readonly role: string;
  readonly params: readonly string[];
}

/** Letters after which a text hands on what else it has to write. */
const textMax = 0x8000;

export class Source {
  readonly #lines: string[] = [];
  readonly #common: Common;
  #letters = 0;
  #names = 0;
  #depth = 1;

  /** @param directions the types that the text will lower and lift */
  constructor(directions: Directions | Common = {}) {
    this.#common = directions instanceof Common ? directions : new Common(directions);
  }

  get text(): string {
    return this.#lines.join("\n");
  }

  /** What this text and its siblings call: to stand in front of them. */
  get functions(): string {
    return this.#common.functions.join("\n");
  }

  get constants(): readonly unknown[] {
    return this.#common.constants;
  }

  /** Resource types that the text names `r[0]`, `r[1]`…: each instance puts its own there. */
  get resources(): readonly Resource[] {
    return this.#common.resources;
  }

  /** Another text beside this one, with the same constants, resources and functions. */
  sibling(): Source {
    return new Source(this.#common);
  }

  /** Whether values of the type are to be handed to a function of its own here. */
  isShared(direction: Direction, type: ValueType): boolean {
    return this.#common.sharing[direction].isShared(type, this.#letters > textMax);
  }

  /** Whether the text leaves what it did not lower of such a value, for somebody to drop (unlowered-source.ts). */
  leaves(type: ValueType): boolean {
    return this.#common.isAnswer && type.hasResource;
  }

  /** The name of a function of the text, which is written for the first one who asks. */
  shared({ type, role, params }: SharedFunction, write: (body: Source) => void): string {
    const ofType = this.#common.names.get(type) ?? new Map<string, string>();
    this.#common.names.set(type, ofType);
    const known = ofType.get(role);
    if (known !== undefined) return known;
    const body = this.sibling();
    write(body);
    const { functions } = this.#common;
    const name = `shared${functions.length}`;
    functions.push(`  const ${name} = function (${params.join(", ")}) {\n${body.text}\n  };`);
    ofType.set(role, name);
    return name;
  }

  line(text: string): void {
    this.#letters += text.length;
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
    const { constants, places } = this.#common;
    const place = places.get(value) ?? constants.push(value) - 1;
    places.set(value, place);
    return `k[${place}]`;
  }

  resource(resource: Resource): string {
    const { resources } = this.#common;
    const known = resources.indexOf(resource);
    return `r[${known < 0 ? resources.push(resource) - 1 : known}]`;
  }
}

export const plus = (pointer: string, offset: number): string => (offset === 0 ? pointer : `${pointer} + ${offset}`);

/** So many take about as long as the look at the clocks of one that is limited. */
const blockItems = 1024;

/**
 * A loop over items, of which the body is given the name of the index. Clocks are looked at between blocks of them, and not
 * within: engines keep nothing of what they have read from objects over a call, and would read it again for each item.
 * @param count how many there are, or the text of it, which nothing changes meanwhile
 */
export function emitLoop(source: Source, count: string | number, body: (index: string) => void): void {
  const index = source.fresh("i");
  const emitItems = (first: string | number, end: string | number): void =>
    source.block(`for (let ${index} = ${first}; ${index} < ${end}; ${index} += 1)`, () => body(index));
  if (typeof count === "number" && count <= blockItems) return emitItems(0, count);
  const first = source.fresh("b");
  source.block(`for (let ${first} = 0; ${first} < ${count}; ${first} += ${blockItems})`, () => {
    source.line(`if (${first} !== 0) cx.lookNow();`);
    emitItems(first, source.let(`${count} - ${first} < ${blockItems} ? ${count} : ${first} + ${blockItems}`, "e"));
  });
}
