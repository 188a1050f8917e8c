/** What a file is that is no component in the binary format, as far as its first bytes and its name tell. */
import { shellWord } from "@vivarium/core/shell-word";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { layerOf } from "../decode/component.ts";
import { DecodeError } from "../errors/errors.ts";

export interface Stranger {
  /** `a core module`, with its article. */
  readonly found: string;
  /** What to do to get a component: sentences. */
  readonly way?: string;
}

const begins = (bytes: Uint8Array, prefix: string): boolean =>
  bytes.length >= prefix.length &&
  Buffer.from(bytes.buffer, bytes.byteOffset, prefix.length).toString("latin1") === prefix;

/** By their first bytes. */
const formats: readonly (Stranger & { readonly prefix: string })[] = [
  { prefix: "\x7fELF", found: "a program for Linux (ELF)", way: "Build it for the target wasm32-wasip2 instead." },
  { prefix: "MZ", found: "a program for Windows", way: "Build it for the target wasm32-wasip2 instead." },
  { prefix: "\xcf\xfa\xed\xfe", found: "a program for macOS", way: "Build it for the target wasm32-wasip2 instead." },
  { prefix: "\xca\xfe\xba\xbe", found: "a program for macOS, or a class of Java" },
  { prefix: "PK\x03\x04", found: "a ZIP archive", way: "Unpack it and name the component in it." },
  { prefix: "\x1f\x8b", found: "compressed with gzip", way: "Unpack it with `gunzip` first." },
  { prefix: "BZh", found: "compressed with bzip2", way: "Unpack it with `bunzip2` first." },
  { prefix: "\xfd7zXZ\0", found: "compressed with xz", way: "Unpack it with `unxz` first." },
  { prefix: "\x28\xb5\x2f\xfd", found: "compressed with zstd", way: "Unpack it with `unzstd` first." },
  { prefix: "BC\xc0\xde", found: "bitcode of LLVM", way: "Link it to a component first." },
  {
    prefix: "version https://git-lfs.github.com/spec/",
    found: "a pointer of Git LFS to a file that is not here",
    way: "Fetch it with `git lfs pull`.",
  },
  { prefix: "!<arch>\n", found: "a library of object files", way: "Link it to a component first." },
];

/** By the end of their names, for texts. */
const languages: Readonly<Record<string, Stranger>> = {
  py: {
    found: "a script in Python",
    way: "Make a component of it with `componentize-py`, or run it with `pybun run`.",
  },
  js: { found: "a program in JavaScript", way: "Make a component of it with `jco componentize`." },
  mjs: { found: "a program in JavaScript", way: "Make a component of it with `jco componentize`." },
  ts: { found: "a program in TypeScript", way: "Compile it to JavaScript, and that with `jco componentize`." },
  rs: { found: "a program in Rust", way: "Build it with `cargo build --target wasm32-wasip2`." },
  wit: { found: "a text in WIT", way: "It only says what a component looks like: name one that was built from it." },
};

/** Undefined for what begins as a component does. */
export function strangerOf(bytes: Uint8Array, file: string): Stranger | undefined {
  if (bytes.length === 0) return { found: "empty", way: "Build or download it again: nothing was written to it." };
  if (begins(bytes, "\0asm")) return layerOf(bytes) === "module" ? coreModule(bytes, file) : undefined;
  const known = formats.find(({ prefix }) => begins(bytes, prefix));
  if (known !== undefined) return { found: known.found, ...(known.way === undefined ? {} : { way: known.way }) };
  return textOf(bytes, file) ?? { found: "in no format that is known here" };
}

/** Those of WASI 0.1 need an adapter, and say so by what they import. */
function coreModule(bytes: Uint8Array, file: string): Stranger {
  const made = `Make a component of it with \`wasm-tools component new ${shellWord(file)} -o component.wasm\``;
  const adapter = " and `--adapt wasi_snapshot_preview1.command.wasm`, since it uses WASI 0.1";
  return { found: "a core module", way: `${made}${usesPreview1(bytes) ? adapter : ""}.` };
}

function usesPreview1(bytes: Uint8Array): boolean {
  try {
    return decodeCoreModule(bytes).imports.some(({ module }) => module === "wasi_snapshot_preview1");
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return false;
  }
}

const looked = 4096;

function textOf(bytes: Uint8Array, file: string): Stranger | undefined {
  const start = bytes.subarray(0, looked);
  if (start.includes(0)) return undefined;
  const text = new TextDecoder().decode(start);
  // Comments of the text format, which may stand in front: to the end of a line, or in brackets.
  const bare = text.replace(/^(?:\s+|;;[^\n]*|\(;[\s\S]*?;\))*/, "");
  if (/^\((?:component|module)\b/.test(bare)) {
    return {
      found: "in the text format",
      way: `Assemble it with \`wasm-tools parse ${shellWord(file)} -o component.wasm\`.`,
    };
  }
  if (/^(?:<!doctype html|<html)\b/i.test(bare)) {
    return { found: "a page in HTML", way: "Download it again: a server answered with a page in place of the file." };
  }
  const extension = /\.([a-z]+)$/.exec(file)?.[1] ?? "";
  if (Object.hasOwn(languages, extension)) return languages[extension];
  if (text.startsWith("#!")) return { found: "a script" };
  return /[\u0001-\u0008\u000e-\u001a\ufffd]/.test(text.slice(0, -4)) ? undefined : { found: "a text" };
}
