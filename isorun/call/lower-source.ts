/**
 * Generates the JavaScript that lowers values: into memory (Canonical ABI, Storing) and to flat core values (Flat
 * Lowering). The text expects `cx` (support.ts), `m` and `r` as in lift-source.ts.
 */
import type { Primitive } from "../decode/ast.ts";
import type { ValueType } from "../types/component-types.ts";
import { type FlatType, flattenType } from "../types/flatten.ts";
import { layoutOf, offsetsOf, payloadsOf, variantLayout } from "../types/layout.ts";
import { typedArrays } from "../types/typed-arrays.ts";
import { discriminantSize, flagsSize, makeValueType } from "../types/value-type.ts";
import { fits } from "./check-value.ts";
import { layoutOfPair } from "./lift-source.ts";
import {
  choose,
  emitItems,
  emitString,
  type Given,
  type InOption,
  packFlags,
  partAt,
  partsOfAggregate,
  refuse,
  refuseUnless,
  scalar,
  type Variant,
} from "./read-source.ts";
import { storeInteger, stores, storeWord } from "./scalar-source.ts";
import { emitLoop, plus, type Source } from "./source.ts";
import { emitItemsOf, emitParts } from "./unlowered-source.ts";
import { somewhere } from "./value-error.ts";
import { ValuePath } from "./value-place.ts";

interface Stored extends Given, InOption {
  /** The name of a variable. */
  readonly pointer: string;
}

/** Statements that put `value`, the name of a variable, at `pointer`. */
export function emitStore(source: Source, type: ValueType, place: Stored): void {
  if (!isShared(source, type, place)) return storeInPlace(source, type, place);
  const { value, pointer, path, isInOption = false } = place;
  const role = isInOption && type.kind === "option" ? "store in option" : "store";
  const name = source.shared({ type, role, params: ["value", "pointer"] }, (body) =>
    storeInPlace(body, type, { ...unplaced, pointer: "pointer", isInOption }),
  );
  callShared(source, `${name}(${value}, ${pointer})`, path);
}

/** Functions of their own know no places of payloads. */
const isShared = (source: Source, type: ValueType, { path: { payloads } }: Given): boolean =>
  payloads === undefined && source.isShared("lower", type);

/** What functions of their own are given: what they refuse, they do not know the place of. */
const unplaced: Given = { value: "value", path: new ValuePath([somewhere]) };

/** A call with a value from outside, of whose place the function knows only what is below it. */
function callShared(source: Source, call: string, path: ValuePath): void {
  const place = source.constant({ path: path.parts, param: path.param });
  source.line(
    `try { ${call}; } catch (error) { throw cx.refusedIn(error, ${place}, [${path.variables.join(", ")}]); }`,
  );
}

function storeInPlace(source: Source, type: ValueType, place: Stored): void {
  const { pointer } = place;
  if (type.kind === "primitive") return storePrimitive(source, type.primitive, place);
  if (type.kind === "list" || type.kind === "map") {
    const [at, count] = emitSequence(source, type, place);
    source.line(storeWord(pointer, 0, at));
    source.line(storeWord(pointer, 4, count));
  } else if (type.kind === "own" || type.kind === "borrow") {
    source.line(storeWord(pointer, 0, lowerHandle(source, type, place)));
  } else if (type.kind === "record" || type.kind === "tuple") {
    storeFields(source, type, place);
  } else if (type.kind === "flags") {
    source.line(storeInteger(pointer, flagsSize(type.labels.length), packFlags(source, type, place)));
  } else if (type.kind === "fixed-list") {
    const items = emitItems(source, type, { given: place, call: `cx.itemsOf(${place.value}, ${type.length})` });
    const { element, length: count } = type;
    emitItemsOf(source, { element, items, start: pointer }, (start, mark) =>
      storeItems(source, element, { items, count, start, path: place.path, mark }),
    );
  } else {
    storeVariant(source, type, place);
  }
}

function storePrimitive(source: Source, primitive: Primitive, { pointer, ...given }: Stored): void {
  if (primitive === "error-context") return;
  if (primitive !== "string") {
    source.line(stores[primitive](pointer, scalar(source, primitive, given)));
    return;
  }
  source.line(storeWord(pointer, 0, emitString(source, given)));
  source.line(storeWord(pointer, 4, "cx.units"));
}

function storeFields(
  source: Source,
  type: ValueType & { readonly kind: "record" | "tuple" },
  { pointer, ...given }: Stored,
): void {
  const parts = type.kind === "tuple" ? type.types : type.fields.map((field) => field.type);
  const offsets = offsetsOf(parts);
  const values = partsOfAggregate(source, type, given);
  emitParts(source, { types: parts, values: values.map(({ value }) => value) }, (part, index) => {
    const at = source.let(plus(pointer, offsets[index] ?? 0), "p");
    emitStore(source, part, { ...partAt(values, index), pointer: at });
  });
}

/** Allocates a list's items and stores them: names of the pointer and the count. */
function emitSequence(
  source: Source,
  type: ValueType & { readonly kind: "list" | "map" },
  given: Given,
): readonly [pointer: string, count: string] {
  if (type.kind === "map") return emitMap(source, type, given);
  const { value, path } = given;
  const { element } = type;
  const { size, align } = layoutOf(element);
  const array = element.kind === "primitive" ? typedArrays[element.primitive] : undefined;
  if (array !== undefined && element.kind === "primitive") {
    const test = source.constant(fits[element.primitive]);
    const start = source.let(`cx.lowerNumbers(${value}, ${array}, ${test})`, "p");
    const item = { value: "cx.refusedItem", path: path.item("cx.refusedIndex") };
    const refused = `cx.refusedIndex < 0 ? ${refuse(source, type, given)} : ${refuse(source, element, item)}`;
    source.line(`if (${start} < 0) ${refused};`);
    return [start, source.let("cx.units", "n")];
  }
  const items = emitItems(source, type, { given, call: `cx.listOf(${value}, ${size})` });
  const allocated = `cx.allocateList(${items}.length, ${size}, ${align})`;
  const start = emitItemsOf(source, { element, items, start: allocated }, (at, mark) =>
    storeItems(source, element, { items, count: `${items}.length`, start: at, path, mark }),
  );
  return [start, `${items}.length`];
}

interface Items {
  readonly items: string;
  readonly count: string | number;
  readonly start: string;
  readonly path: ValuePath;
  /** Says which item is lowered. */
  readonly mark: (index: string) => void;
}

function storeItems(source: Source, element: ValueType, { items, count, start, path, mark }: Items): void {
  const { size } = layoutOf(element);
  emitLoop(source, count, (index) => {
    mark(index);
    const value = source.let(`${items}[${index}]`);
    const pointer = source.let(`${start} + ${index} * ${size}`, "p");
    emitStore(source, element, { value, path: path.item(index), pointer });
  });
}

function emitMap(
  source: Source,
  type: ValueType & { readonly kind: "map" },
  given: Given,
): readonly [pointer: string, count: string] {
  const { key, value } = type;
  const { size, align } = layoutOfPair(key, value);
  const pairs = emitItems(source, type, { given, call: `cx.pairsOf(${given.value}, ${size})` });
  const [keyAt = 0, valueAt = 0] = offsetsOf([key, value]);
  const element = makeValueType({ kind: "tuple", types: [key, value] });
  const allocated = `cx.allocateList(${pairs}.length, ${size}, ${align})`;
  const start = emitItemsOf(source, { element, items: pairs, start: allocated }, (first, mark) =>
    emitLoop(source, `${pairs}.length`, (index) => {
      mark(index);
      const path = given.path.item(index);
      const at = source.let(`${first} + ${index} * ${size}`, "p");
      const values = [0, 1].map((place) => source.let(`${pairs}[${index}][${place}]`));
      emitParts(source, { types: [key, value], values }, (part, place) => {
        const pointer = source.let(plus(at, place === 0 ? keyAt : valueAt), "p");
        emitStore(source, part, { value: values[place] ?? "undefined", path: path.at(`[${place}]`), pointer });
      });
    }),
  );
  return [start, `${pairs}.length`];
}

function lowerHandle(source: Source, type: ValueType & { readonly kind: "own" | "borrow" }, given: Given): string {
  const lower = type.kind === "own" ? "lowerOwn" : "lowerBorrow";
  const handle = source.let(`cx.${lower}(${given.value}, ${source.resource(type.resource.resource)})`, "h");
  refuseUnless(source, `${handle} !== undefined`, refuse(source, type, given));
  return handle;
}

function storeVariant(source: Source, type: ValueType, { pointer, ...given }: Stored): void {
  const payloads = payloadsOf(type);
  if (payloads === undefined) throw new Error(`a ${type.kind} cannot be lowered`);
  const { index, payload } = choose(source, type as Variant, given);
  source.line(storeInteger(pointer, discriminantSize(payloads.length), index));
  const { payloadOffset } = variantLayout(payloads);
  source.block(`switch (${index})`, () => {
    for (const [place, inner] of payloads.entries()) {
      if (inner === undefined) continue;
      source.block(`case ${place}:`, () => {
        const at = source.let(plus(pointer, payloadOffset), "p");
        const path = given.path.payloads?.[place] ?? payload.path;
        emitStore(source, inner, { ...payload, path, pointer: at, isInOption: type.kind === "option" });
        source.line("break;");
      });
    }
  });
}

/** Names of the core values of `value`, the name of a variable. */
export function emitLowerFlat(source: Source, type: ValueType, place: Given & InOption): string[] {
  if (!isShared(source, type, place)) return lowerInPlace(source, type, place);
  const { value, path, isInOption = false } = place;
  const role = isInOption && type.kind === "option" ? "lower in option" : "lower";
  const name = source.shared({ type, role, params: ["value"] }, (body) => {
    const values = lowerInPlace(body, type, { ...unplaced, isInOption });
    body.line(`return [${values.join(", ")}];`);
  });
  const values = source.fresh("a");
  source.line(`let ${values};`);
  callShared(source, `${values} = ${name}(${value})`, path);
  return flattenType(type).map((_, index) => source.let(`${values}[${index}]`));
}

function lowerInPlace(source: Source, type: ValueType, given: Given & InOption): string[] {
  if (type.kind === "primitive") return lowerPrimitive(source, type.primitive, given);
  if (type.kind === "list" || type.kind === "map") return [...emitSequence(source, type, given)];
  if (type.kind === "own" || type.kind === "borrow") return [lowerHandle(source, type, given)];
  if (type.kind === "flags") return [packFlags(source, type, given)];
  if (type.kind === "record" || type.kind === "tuple") {
    const parts = type.kind === "tuple" ? type.types : type.fields.map((field) => field.type);
    const values = partsOfAggregate(source, type, given);
    return parts.flatMap((part, index) => emitLowerFlat(source, part, partAt(values, index)));
  }
  if (type.kind === "fixed-list") {
    const items = emitItems(source, type, { given, call: `cx.itemsOf(${given.value}, ${type.length})` });
    return Array.from({ length: type.length }, (_, index) => index).flatMap((index) => {
      const item = { value: source.let(`${items}[${index}]`), path: given.path.at(`[${index}]`) };
      return emitLowerFlat(source, type.element, item);
    });
  }
  return lowerVariant(source, type, given);
}

function lowerPrimitive(source: Source, primitive: Primitive, given: Given): string[] {
  if (primitive === "error-context") return ["0"];
  if (primitive !== "string") return [source.let(scalar(source, primitive, given))];
  return [emitString(source, given), source.let("cx.units", "n")];
}

const zero: Readonly<Record<FlatType, string>> = { i32: "0", i64: "0n", f32: "0", f64: "0" };

function lowerVariant(source: Source, type: ValueType, given: Given & InOption): string[] {
  const payloads = payloadsOf(type);
  if (payloads === undefined) throw new Error(`a ${type.kind} cannot be lowered`);
  const { index, payload } = choose(source, type as Variant, given);
  const slots = flattenType(type)
    .slice(1)
    .map((flat) => {
      const name = source.fresh("f");
      source.line(`let ${name} = ${zero[flat]};`);
      return { name, flat };
    });
  source.block(`switch (${index})`, () => {
    for (const [place, inner] of payloads.entries()) {
      if (inner === undefined) continue;
      source.block(`case ${place}:`, () => {
        const path = given.path.payloads?.[place] ?? payload.path;
        const values = emitLowerFlat(source, inner, { ...payload, path, isInOption: type.kind === "option" });
        for (const [at, have] of flattenType(inner).entries()) {
          const slot = slots[at];
          if (slot !== undefined)
            source.line(`${slot.name} = ${widened(values[at] ?? "0", { have, want: slot.flat })};`);
        }
        source.line("break;");
      });
    }
  });
  return [index, ...slots.map(({ name }) => name)];
}

function widened(value: string, { have, want }: { readonly have: FlatType; readonly want: FlatType }): string {
  if (have === want) return value;
  if (want === "i32") return `cx.bitsOfF32(${value})`;
  if (have === "i32") return `BigInt(${value} >>> 0)`;
  return have === "f32" ? `BigInt(cx.bitsOfF32(${value}) >>> 0)` : `cx.bitsOfF64(${value})`;
}
