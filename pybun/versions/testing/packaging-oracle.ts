import { oraclePython } from "../../../tools/oracles.ts";

/** Asks PyPA's `packaging` about all cases at once, in one Python process (packaging_oracle.py). */
export async function askPackaging<Answer>(kind: string, cases: readonly unknown[]): Promise<Answer[]> {
  const script = new URL("packaging_oracle.py", import.meta.url).pathname;
  const child = Bun.spawn([await oraclePython(), script], {
    stdin: new TextEncoder().encode(JSON.stringify({ kind, cases })),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [answers, complaint] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (child.exitCode !== 0) throw new Error(`packaging could not answer "${kind}": ${complaint}`);
  // The script answers what its function of this name returns; each test states that shape once.
  const parsed = JSON.parse(answers) as Answer[];
  if (parsed.length !== cases.length) throw new Error(`packaging answered ${parsed.length} of ${cases.length} cases`);
  return parsed;
}
