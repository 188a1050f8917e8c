/**
 * What the tests need from the system beside Node and Python: installed where we may (root and apt-get), otherwise
 * named with the one line that installs it. A test that lacks its means fails; none is skipped in silence.
 */

interface SystemRequirement {
  /** For people: what needs it. */
  readonly purpose: string;
  readonly isMet: () => boolean;
  /** The Debian packages that bring it, where packages do. */
  readonly aptPackages?: readonly string[];
  /** The one line that mends it where we may not. */
  readonly remedy: string;
}

function succeeds(command: readonly string[]): boolean {
  if (Bun.which(command[0] ?? "") === null) return false;
  return (
    Bun.spawnSync([...command], { stdin: "ignore", stdout: "ignore", stderr: "ignore", timeout: 30_000 }).exitCode === 0
  );
}

/** A compiler without its headers or linker is none. */
function canCompile(): boolean {
  const compile = ["cc", "-shared", "-fPIC", "-x", "c", "-o", "/dev/null", "-"];
  if (Bun.which("cc") === null) return false;
  const source = Buffer.from('#include <stdio.h>\nint answer(void) { return puts(""); }\n');
  return Bun.spawnSync(compile, { stdin: source, stdout: "ignore", stderr: "ignore", timeout: 30_000 }).exitCode === 0;
}

const linuxRequirements: readonly SystemRequirement[] = [
  {
    purpose: "strace, which kills an installation at each of its system calls",
    isMet: () => succeeds(["strace", "-qq", "-e", "trace=none", "true"]),
    aptPackages: ["strace"],
    remedy: "apt-get install -y strace   # and allow ptrace: docker run --cap-add SYS_PTRACE",
  },
  {
    purpose: "a small tmpfs, which stands for a full disk",
    isMet: () =>
      succeeds(["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]) ||
      succeeds(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]),
    aptPackages: ["util-linux"],
    remedy: "sysctl -w kernel.unprivileged_userns_clone=1   # or run as root: docker run --cap-add SYS_ADMIN",
  },
  {
    purpose: "the venv module of Python 3.9 or newer, which holds the tools that we compare with",
    isMet: () => succeeds(["python3", "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))"]),
    aptPackages: ["python3-venv"],
    remedy: "apt-get install -y python3 python3-venv",
  },
  {
    purpose: "a C compiler, which makes native libraries that look for each other across wheels",
    isMet: canCompile,
    aptPackages: ["gcc", "libc6-dev"],
    remedy: "apt-get install -y gcc libc6-dev",
  },
];

/** Requirements of the tests on this platform. Elsewhere than on Linux Python is all, and oracles.ts checks for it. */
export function systemRequirements(platform: NodeJS.Platform = process.platform): readonly SystemRequirement[] {
  return platform === "linux" ? linuxRequirements : [];
}

/** Installs what is missing where that is possible. @returns a line for each requirement that is still not met. */
export function meetSystemRequirements(requirements: readonly SystemRequirement[] = systemRequirements()): string[] {
  const missing = requirements.filter((requirement) => !requirement.isMet());
  const packages = missing.flatMap(({ aptPackages = [] }) => aptPackages);
  if (packages.length > 0 && mayInstall()) installPackages(packages);
  return missing
    .filter((requirement) => !requirement.isMet())
    .map(({ purpose, remedy }) => `missing: ${purpose}; this installs it:\n  ${remedy}`);
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && Bun.which("apt-get") !== null;
}

function installPackages(packages: readonly string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
  // A fresh container has no package lists; a failure is seen by the check that follows.
  for (const command of [["apt-get", "update"], install]) {
    console.error(`$ ${command.join(" ")}`);
    Bun.spawnSync(command, {
      env: environment,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
      timeout: 240_000,
    });
  }
}
