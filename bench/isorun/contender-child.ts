/** The process of a contender (contender-process.ts). It loads nothing of its peers. */
import { readLines } from "./contender-process.ts";
import type { Job, Measure, Request } from "./job.ts";

async function open(job: Job): Promise<Measure> {
  switch (job.kind) {
    case "load":
      return (await import("./load-work.ts")).openLoading(job);
    case "transpile with jco":
      return (await import("./jco-work.ts")).openTranspiling(job);
    case "instantiate":
      return (await import("./instantiate-work.ts")).openInstantiating(job);
    case "instantiate with jco":
      return (await import("./jco-work.ts")).openJcoInstantiating(job);
    case "call":
      return (await import("./call-work.ts")).openCalling(job);
    case "call with jco":
      return (await import("./jco-work.ts")).openJcoCalling(job);
    case "call core":
      return (await import("./call-work.ts")).openCallingCore(job);
    case "run kernels":
      return (await import("./kernel-work.ts")).openRunning(job);
  }
}

// Written by contender-process.ts, as the requests are.
const measure = await open(JSON.parse(process.argv[2] ?? "") as Job);
for await (const line of readLines(Bun.stdin.stream())) {
  const measured = await measure(JSON.parse(line) as Request);
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}
