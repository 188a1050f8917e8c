/** Arrays of numbers that JavaScript has a type for: their bytes, whatever somebody made of their properties. */

type NumericArray = {
  readonly length: number;
  readonly byteLength: number;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
};
export type NumericConstructor = {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  from(items: Iterable<never>): NumericArray;
};

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** What the engine itself says of a value, past properties that somebody put in the way. */
function getter(name: PropertyKey): (value: object) => unknown {
  const descriptor = Object.getOwnPropertyDescriptor(typedArray, name);
  return (value) => descriptor?.get?.call(value) as unknown;
}

const intrinsic = {
  tag: getter(Symbol.toStringTag),
  buffer: getter("buffer"),
  byteOffset: getter("byteOffset"),
  byteLength: getter("byteLength"),
};

const keys = Reflect.get(typedArray, "keys") as () => unknown; // as every engine has it

/** Whether it is a typed array that shows nothing any more: its buffer was given away, or ends before it begins. */
export function isGone(value: unknown): boolean {
  if (typeof value !== "object" || value === null || intrinsic.tag(value) === undefined) return false;
  if (intrinsic.byteLength(value) !== 0) return false;
  try {
    Reflect.apply(keys, value, []);
    return false;
  } catch {
    // That it says so is what tells it from one that is empty.
    return true;
  }
}

/** The bytes of a typed array of this kind, whatever its properties say; undefined for all else. */
export function numbersIn(value: unknown, { name }: NumericConstructor): Uint8Array | undefined {
  if (typeof value !== "object" || value === null || intrinsic.tag(value) !== name) return undefined;
  const buffer = intrinsic.buffer(value) as ArrayBuffer; // of a typed array, as its tag says
  const byteLength = Number(intrinsic.byteLength(value));
  if (byteLength === 0 && isGone(value)) return undefined;
  return new Uint8Array(buffer, Number(intrinsic.byteOffset(value)), byteLength);
}
