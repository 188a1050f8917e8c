/** All benchmarks by name. */
import { installCold, installWarm } from "./benchmarks/pybun-install.ts";
import { resolveCold, resolveWarm } from "./benchmarks/pybun-resolve.ts";
import { scriptWarm } from "./benchmarks/pybun-script-warm.ts";
import { startup } from "./benchmarks/pybun-startup.ts";
import type { Benchmark } from "./harness.ts";
import { callComponent } from "./isorun/call-component.ts";

const all = [startup, scriptWarm, resolveWarm, resolveCold, installWarm, installCold, callComponent];

export const benchmarks: Readonly<Record<string, Benchmark>> = Object.fromEntries(
  all.map((benchmark) => [benchmark.name, benchmark]),
);
