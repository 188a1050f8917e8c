/**
 * Text around the lowering of what a host function answered: where it fails, each level leaves what it has read of parts that
 * own resources and were not reached yet, the innermost first, which is their order (`Edge.giveUp`). Nothing is done as long
 * as nothing fails, but for a number that says how far it has come. What fails in a part is left by the text of that part.
 */
import type { ValueType } from "../types/component-types.ts";
import type { Source } from "./source.ts";

interface Reading {
  /** The name of the value. */
  readonly value: string;
  /** What answers with its items, in an array of our own. */
  readonly call: string;
}

/** The name of the items. Where the end of the call comes while they are read, none of them was lowered. */
export function emitReading(source: Source, type: ValueType, { value, call }: Reading): string {
  if (!source.leaves(type)) return source.let(call, "a");
  const items = source.fresh("a");
  source.line(`let ${items};`);
  source.line(`try { ${items} = ${call}; } catch (error) { throw ${leaving(source, type, `[${value}]`)}; }`);
  return items;
}

const leaving = (source: Source, type: ValueType, values: string): string =>
  `cx.leaveItems(error, ${source.constant(type)}, ${values})`;

interface Parts {
  readonly types: readonly ValueType[];
  /** Names of variables. */
  readonly values: readonly string[];
}

/** Lowers parts of different types into memory. */
export function emitParts(
  source: Source,
  { types, values }: Parts,
  emit: (type: ValueType, index: number) => void,
): void {
  const last = types.findLastIndex((type) => source.leaves(type));
  if (last < 1) {
    for (const [index, type] of types.entries()) emit(type, index);
    return;
  }
  const at = source.fresh("n");
  source.line(`let ${at} = 1;`);
  source.block(
    "try",
    () => {
      for (const [index, type] of types.entries()) {
        if (index > 0 && index <= last) source.line(`${at} = ${index + 1};`);
        emit(type, index);
      }
    },
    "} catch (error) {",
  );
  const rest = [source.constant(types), `[${values.join(", ")}]`].map((all) => `${all}.slice(${at})`);
  source.line(`  throw cx.leaveParts(error, ${rest.join(", ")});\n}`);
}

interface ItemsOf {
  readonly element: ValueType;
  /** The name of an array of our own. */
  readonly items: string;
  /** What answers with where they will lie: the guest's allocator may fail. */
  readonly start: string;
}

/**
 * Lowers items of one type into memory.
 * @param emit is given the name of where they lie, and what says which item comes next
 * @returns that name
 */
export function emitItemsOf(
  source: Source,
  { element, items, start }: ItemsOf,
  emit: (start: string, mark: (index: string) => void) => void,
): string {
  const pointer = source.fresh("p");
  if (!source.leaves(element)) {
    source.line(`const ${pointer} = ${start};`);
    emit(pointer, () => undefined);
    return pointer;
  }
  const at = source.fresh("n");
  source.line(`let ${pointer}, ${at} = 0;`);
  source.block(
    "try",
    () => {
      source.line(`${pointer} = ${start};`);
      emit(pointer, (index) => source.line(`${at} = ${index} + 1;`));
    },
    "} catch (error) {",
  );
  source.line(`  throw ${leaving(source, element, `${items}.slice(${at})`)};\n}`);
  return pointer;
}
