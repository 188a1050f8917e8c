/**
 * A program that is started for one short answer, in a session of its own. It is ended with all that it started where it
 * takes too long, where a signal stops the command, and where this process ends: no Ctrl-C reaches another session.
 */

export interface ShortChild {
  readonly cmd: string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type ShortEnd =
  | { readonly kind: "said"; readonly stdout: string }
  /** `with` is the exit code or signal, in words. */
  | { readonly kind: "failed"; readonly with: string; readonly stderr: string }
  | { readonly kind: "late"; readonly timeoutMs: number }
  /** By the system: not a program, or one for another machine. */
  | { readonly kind: "refused"; readonly code: string };

const settings = {
  stdin: "ignore",
  stdout: "pipe",
  stderr: "pipe",
  detached: true,
  killSignal: "SIGKILL",
  /** Of each stream: who writes more is ended. */
  maxBuffer: 1 << 20,
} as const;

/** @throws the signal's reason */
export async function endOfChild({ cmd, env, timeoutMs, signal }: ShortChild): Promise<ShortEnd> {
  signal?.throwIfAborted();
  const child = started(() => Bun.spawn({ ...settings, cmd, env }));
  if ("kind" in child) return child;
  let isOver = false;
  const end = (): void => {
    if (!isOver) endGroup(child.pid);
  };
  process.on("exit", end);
  const limit = openLimit(timeoutMs, signal);
  try {
    const all = Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    const written = await Promise.race([all, limit.reached]);
    if (written === undefined) return { kind: "late", timeoutMs };
    isOver = true;
    const [stdout, stderr] = written;
    return endWith(child, { stdout, stderr });
  } finally {
    limit.close();
    process.off("exit", end);
    end();
  }
}

function started<Child>(start: () => Child): Child | (ShortEnd & { readonly kind: "refused" }) {
  try {
    return start();
  } catch (error) {
    if (error instanceof Error && "code" in error) return { kind: "refused", code: String(error.code) };
    throw error;
  }
}

interface Exit {
  readonly exitCode: number | null;
  readonly signalCode?: string | number | null;
}

function endWith({ exitCode, signalCode }: Exit, { stdout, stderr }: { stdout: string; stderr: string }): ShortEnd {
  if (exitCode === 0) return { kind: "said", stdout };
  const hasSignal = signalCode !== undefined && signalCode !== null;
  return { kind: "failed", with: hasSignal ? `signal ${signalCode}` : `exit code ${exitCode}`, stderr };
}

/** Resolves when the time is over, rejects when the signal comes. */
function openLimit(timeoutMs: number, signal: AbortSignal | undefined) {
  const { promise: reached, resolve, reject } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), timeoutMs);
  const stop = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", stop);
  const close = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  };
  return { reached, close };
}

/** The leader may be gone, but while anybody is left in its group the system gives the number to nobody else. */
function endGroup(leader: number): void {
  try {
    // Windows has no groups of this kind.
    process.kill(process.platform === "win32" ? leader : -leader, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
