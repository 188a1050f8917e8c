/**
 * What stands around a directory that a guest is given, made so that each part of it is known again wherever it comes
 * through: inside there are no bytes but zeros and those above 0x7f, outside there are letters; outside no name, no
 * target of a link and no time is one that may stand inside.
 */
import {
  type BigIntStats,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { metadataHash } from "../../isorun/wasi/filesystem/metadata.ts";
import { Finding } from "./case-kind.ts";
import { outsidePaths, someNames } from "./file-paths.ts";

const secret = "what nobody inside may see ".repeat(100);
/** In seconds; a guest that makes up times meets it never. */
const markedTime = 1_234_567_891;

/** What the guest can name: the parts of all paths that it has. */
const namesInside: ReadonlySet<string> = new Set([...someNames, ...outsidePaths].flatMap((path) => path.split("/")));

interface Times {
  readonly dataModificationTimestamp?: { readonly seconds: bigint };
  readonly statusChangeTimestamp?: { readonly seconds: bigint; readonly nanoseconds: number };
}

export class Outside {
  readonly root = mkdtempSync(join(tmpdir(), "fuzz-files-"));
  readonly inside = join(this.root, "inside");
  readonly #places = ["secret", "unseen", "arrow", ""].map((name) => join(this.root, name));
  /** No link says where the directory stands: what an absolute one says is not shown. */
  readonly #linkTargets: ReadonlySet<string> = new Set(
    [...someNames, ...outsidePaths, ...Object.values(this.#links())].filter((target) => !target.startsWith("/")),
  );
  /** No change of what stands inside was before. */
  readonly #startNs: bigint;
  readonly #before: readonly string[];

  constructor() {
    for (const name of ["secret", "unseen"]) writeFileSync(join(this.root, name), secret);
    symlinkSync("a place that nobody inside may know", join(this.root, "arrow"));
    mkdirSync(this.inside);
    this.#startNs = lstatSync(this.inside, { bigint: true }).ctimeNs;
    this.#furnish();
    for (const name of ["secret", "unseen", ""]) utimesSync(join(this.root, name), markedTime, markedTime);
    lutimesSync(join(this.root, "arrow"), markedTime, markedTime);
    this.#before = this.#described();
  }

  #links(): Readonly<Record<string, string>> {
    return { out: this.root, away: "../secret", loop: "loop", "dir/up": "..", "dir/off": "../.." };
  }

  #furnish(): void {
    mkdirSync(join(this.inside, "dir"));
    writeFileSync(
      join(this.inside, "file"),
      Uint8Array.from({ length: 40 }, (_, at) => 0x80 + at),
    );
    writeFileSync(join(this.inside, "dir/inner"), Uint8Array.of(0xff, 0xfe));
    for (const [name, target] of Object.entries(this.#links())) symlinkSync(target, join(this.inside, name));
  }

  /** @param value what a function of the component in tests/components/wasi/filesystem gave: the `ok` of a result */
  expectUnseen(name: string, value: unknown): void {
    if (this.#shows(name, value)) throw new Finding(`${name} shows what stands outside`);
  }

  #shows(name: string, value: unknown): boolean {
    // By the types of that component.
    if (name.startsWith("stream-read")) return hasLetters(value as Uint8Array);
    if (name === "read") return hasLetters((value as readonly [Uint8Array, boolean])[0]);
    if (name === "entry") return value !== undefined && !namesInside.has((value as { readonly name: string }).name);
    if (name === "readlink-at") return !this.#linkTargets.has(value as string);
    if (name.startsWith("stat")) return this.#isOutsideTime(value as Times);
    return name.startsWith("metadata-hash") && this.#hashes().some((hash) => Bun.deepEquals(hash, value));
  }

  #isOutsideTime({ dataModificationTimestamp: modified, statusChangeTimestamp: changed }: Times): boolean {
    const changedNs = changed && changed.seconds * 1_000_000_000n + BigInt(changed.nanoseconds);
    return modified?.seconds === BigInt(markedTime) || changedNs === undefined || changedNs < this.#startNs;
  }

  #stats(): readonly BigIntStats[] {
    return this.#places.map((place) => lstatSync(place, { bigint: true }));
  }

  #hashes(): readonly object[] {
    return this.#stats().map(metadataHash);
  }

  #described(): readonly string[] {
    const stats = this.#stats().map(
      ({ mode, nlink, size, mtimeNs }, index) => `${this.#places[index]} ${mode} ${nlink} ${size} ${mtimeNs}`,
    );
    return [
      ...stats,
      ...readdirSync(this.root).toSorted(),
      ...["secret", "unseen"].map((name) => this.#contents(name)),
    ];
  }

  #contents(name: string): string {
    return readFileSync(join(this.root, name), "utf8");
  }

  /** Of a directory that may only be read: each name in it, and what it stands for. */
  insideNow(): readonly string[] {
    return describedBelow(this.inside);
  }

  expectUntouched(): void {
    const now = this.#described();
    if (!Bun.deepEquals(now, this.#before)) throw new Finding(`outside stands ${now.join("\n")}`);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const describedBelow = (directory: string): readonly string[] =>
  readdirSync(directory)
    .toSorted()
    .flatMap((name) => {
      const path = join(directory, name);
      const stats = lstatSync(path, { bigint: true });
      const { mode, ino, nlink, size, mtimeNs } = stats;
      const below = stats.isDirectory() ? describedBelow(path) : [];
      return [`${path} ${mode} ${ino} ${nlink} ${size} ${mtimeNs}`, ...below];
    });

const hasLetters = (bytes: Uint8Array): boolean => bytes.some((byte) => byte > 0 && byte < 0x80);

/** Whatever stands where: the first name leads out. */
export const leadsOut = (path: string): boolean => path.startsWith("/") || path === ".." || path.startsWith("../");
