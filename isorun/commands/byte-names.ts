/** Names that are no UTF-8: the runtime puts U+FFFD for their bytes, and so names another. */
import { resolve } from "node:path";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { files } from "../wasi/filesystem/host-files.ts";

export const standIn = "\uFFFD";

/**
 * Finds what they lead to, by the bytes of what is there. Each directory is listed once, and no more of them than a
 * program is told of, which would else have its host list whatever it likes, for the price of a call.
 */
export class ByteNames {
  /** Of each directory that was listed, those that are no text. */
  readonly #listed = new Map<string, readonly Buffer[]>();
  readonly #listedMax: number;
  #isCut = false;

  constructor(listedMax: number) {
    this.#listedMax = listedMax;
  }

  /** Whether a path leads to something by other bytes than its own; undefined where that would be one directory too many. */
  leadsTo(path: string): boolean | undefined {
    this.#isCut = false;
    const parts = resolve(path).slice(1).split("/");
    return this.#isThere(Buffer.alloc(0), parts) || (this.#isCut ? undefined : false);
  }

  #isThere(from: Buffer, parts: readonly string[]): boolean {
    const index = parts.findIndex((part) => part.includes(standIn));
    const texts = index === -1 ? parts : parts.slice(0, index);
    const reached = Buffer.concat([from, Buffer.from(texts.map((part) => `/${part}`).join(""))]);
    const name = parts[index];
    if (name === undefined) return files.existsSync(reached);
    return this.#namesIn(reached)
      .filter((each) => alike(each.toString()) === alike(name))
      .some((each) => this.#isThere(Buffer.concat([reached, slash, each]), parts.slice(index + 1)));
  }

  #namesIn(directory: Buffer): readonly Buffer[] {
    const key = directory.toString("latin1");
    const known = this.#listed.get(key);
    if (known !== undefined) return known;
    this.#isCut ||= this.#listed.size >= this.#listedMax;
    if (this.#isCut) return [];
    const names = listOf(Buffer.concat([directory, slash])).filter((each) => each.toString().includes(standIn));
    this.#listed.set(key, names);
    return names;
  }
}

const slash = Buffer.from("/");

/** How many stand for bytes that follow each other is not agreed on. */
const alike = (name: string): string => name.replace(/\uFFFD+/g, standIn);

function listOf(directory: Buffer): readonly Buffer[] {
  try {
    return files.readdirSync(directory, { encoding: "buffer" });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}
