/** All benchmarks by name. */
import { installCold, installWarm } from "./benchmarks/pybun-install.ts";
import { resolveCold, resolveWarm } from "./benchmarks/pybun-resolve.ts";
import { scriptWarm } from "./benchmarks/pybun-script-warm.ts";
import { startup } from "./benchmarks/pybun-startup.ts";
import type { Benchmark } from "./harness.ts";
import { callComponent } from "./isorun/call-component.ts";
import { callHost } from "./isorun/call-host.ts";
import { fuel } from "./isorun/fuel.ts";
import { instantiate } from "./isorun/instantiate.ts";
import { load } from "./isorun/load.ts";

const pybun = [startup, scriptWarm, resolveWarm, resolveCold, installWarm, installCold];
const isorun = [load, instantiate, callHost, fuel, callComponent];

export const benchmarks: Readonly<Record<string, Benchmark>> = Object.fromEntries(
  [...pybun, ...isorun].map((benchmark) => [benchmark.name, benchmark]),
);
