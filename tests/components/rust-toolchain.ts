/**
 * A Rust that compiles to wasm32-unknown-unknown: the installed one where it has that target, else the compiler and the
 * sources of its standard library from Debian's packages, unpacked below .cache, which then builds that library too.
 * Of the installed Rust cargo and its wasm-component-ld are used in either case: they are part of every rustup
 * toolchain.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const target = "wasm32-unknown-unknown";
const advice = `Rust with its target ${target} (\`rustup target add ${target}\`) makes components without Debian's packages.`;

export interface RustToolchain {
  /** Arguments of `cargo build`. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Throws, and says what is missing. */
export function rustToolchain(cache: string): RustToolchain {
  const sysroot = demand(["rustc", "--print", "sysroot"], { hint: advice }).trim();
  const host = /host: (.*)/.exec(demand(["rustc", "-vV"], { hint: advice }))?.[1] ?? "";
  const tools = join(sysroot, "lib", "rustlib", host, "bin");
  const linker = join(tools, "wasm-component-ld");
  if (!existsSync(linker)) throw new Error(`the installed Rust has no wasm-component-ld ('${linker}')`);
  const args = ["--locked", "--release", "--target", target];
  // Messages of panics name files: they are the same wherever it is built.
  const crates = process.env["CARGO_HOME"] ?? join(homedir(), ".cargo");
  const renamed = [`${join(cache, "rust-web")}=/rust`, `${sysroot}=/rust`, `${crates}=/cargo`];
  const flags = renamed.map((pair) => `--remap-path-prefix=${pair}`).join(" ");
  const environment = {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
    PATH: `${tools}:${process.env["PATH"] ?? ""}`,
    RUSTFLAGS: flags,
  };
  if (existsSync(join(sysroot, "lib", "rustlib", target))) return { args, environment };
  const root = join(cache, "rust-web");
  if (!existsSync(join(root, "complete"))) unpackPackages(root);
  const rust = { RUSTC: join(root, "usr", "bin", "rustc"), LD_LIBRARY_PATH: join(root, "usr", "lib", libraryFolder()) };
  return {
    // The standard library of a stable compiler is built by the options of a nightly one.
    environment: { ...environment, ...rust, RUSTC_BOOTSTRAP: "1" },
    args: [...args, "-Z", "build-std=std,panic_abort"],
  };
}

const libraryFolder = (): string => (process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu");

/** Debian's rustc-web and what it needs, of the newest version that apt knows; nothing is installed. */
function unpackPackages(root: string): void {
  if (Bun.which("apt-get") === null) {
    throw new Error(`the installed Rust has no ${target} (\`rustup target add ${target}\`), and there is no apt`);
  }
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const library = dependencyOf("libstd-rust-web-dev", /libstd-rust-web-[\d.]+/);
  const names = ["rustc-web", "rust-web-src", "libstd-rust-web-dev", library, dependencyOf(library, /libllvm\d+/)];
  demand(["apt-get", "download", ...names], { hint: advice, cwd: root });
  for (const file of readdirSync(root).filter((name) => name.endsWith(".deb"))) {
    demand(["dpkg", "-x", join(root, file), root], { hint: advice });
    rmSync(join(root, file));
  }
  writeFileSync(join(root, "complete"), "");
}

function dependencyOf(name: string, pattern: RegExp): string {
  const found = pattern.exec(demand(["apt-cache", "depends", name], { hint: advice }))?.[0];
  if (found === undefined) throw new Error(`apt knows no '${name}' that depends on ${String(pattern)}\n${advice}`);
  return found;
}

interface Surroundings {
  /** Said where it fails. */
  readonly hint: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a command and answers with its stdout. Throws what it said. */
export function demand(
  command: readonly string[],
  { hint, environment = {}, cwd = import.meta.dir }: Surroundings,
): string {
  const ran = Bun.spawnSync([...command], { cwd, env: { ...process.env, ...environment }, stdin: "ignore" });
  if (ran.exitCode === 0) return ran.stdout.toString();
  const said = ran.stderr.toString().trim().slice(-2000);
  throw new Error(`\`${command.join(" ")}\` failed\n${said}\n${hint}`);
}
