/**
 * Components that no cache can know: each core module gets a function type that nobody uses and that no other serial has,
 * so that modules differ too, and still do when they were rewritten, which leaves custom sections out. Indices stay: the
 * type is the last one.
 */

const headBytes = 8;
const ids = { type: 1, coreModule: 1, component: 4 };
const typeBits = 24;
const [i32, i64] = [0x7f, 0x7e];

/** The type of a serial as modules have it: parameters are its bits. */
export function typeOfSerial(serial: number): Uint8Array {
  const bits = Array.from({ length: typeBits }, (_, bit) => ((serial >> bit) & 1 ? i64 : i32));
  return Uint8Array.of(0x60, typeBits, ...bits, 0);
}

/** @param serial of 24 bits */
export const distinctComponent = (component: Uint8Array, serial: number): Uint8Array =>
  joined(partsOfComponent(component, serial));

/** Parts, so that nothing is copied twice: what is thrown away before a measurement is collected in its time. */
function partsOfComponent(component: Uint8Array, serial: number): Uint8Array[] {
  const parts = sectionsOf(component).flatMap(({ id, contents }) => {
    if (id === ids.coreModule) return section(id, partsOfModule(contents, serial));
    if (id === ids.component) return section(id, partsOfComponent(contents, serial));
    return section(id, [contents]);
  });
  return [component.subarray(0, headBytes), ...parts];
}

function partsOfModule(module: Uint8Array, serial: number): Uint8Array[] {
  const sections = sectionsOf(module);
  const types = sections.find(({ id }) => id === ids.type);
  const [count, start] = types === undefined ? [0, 0] : readNumber(types.contents, 0);
  const others = types?.contents.subarray(start) ?? new Uint8Array();
  const changed = section(ids.type, [writeNumber(count + 1), others, typeOfSerial(serial)]);
  const rest = sections.filter((one) => one !== types).flatMap(({ id, contents }) => section(id, [contents]));
  // Only custom sections may stand before types, and they may stand anywhere.
  return [module.subarray(0, headBytes), ...changed, ...rest];
}

interface Section {
  readonly id: number;
  readonly contents: Uint8Array;
}

function sectionsOf(binary: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = headBytes; at < binary.length; ) {
    const [size, start] = readNumber(binary, at + 1);
    sections.push({ id: binary[at] ?? 0, contents: binary.subarray(start, start + size) });
    at = start + size;
  }
  return sections;
}

const section = (id: number, contents: readonly Uint8Array[]): Uint8Array[] => {
  const size = contents.reduce((sum, { length }) => sum + length, 0);
  return [Uint8Array.of(id), writeNumber(size), ...contents];
};

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Bun.concatArrayBuffers([...parts]));

/** LEB128. @returns the number, and where it ends */
function readNumber(bytes: Uint8Array, start: number): readonly [value: number, end: number] {
  let [value, at] = [0, start];
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at] ?? 0;
    at += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at];
  }
}

function writeNumber(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
