/** The question that engines ask: may the workload do this? And if not, which one flag would let it? */
import { type Problem, problemsOf } from "../diagnostic.ts";
import type { EventFields } from "../event.ts";
import { isFault } from "../fault.ts";
import type { Platform } from "../paths.ts";
import { effective } from "./combine.ts";
import { escapeCommas } from "./comma-list.ts";
import type { policyDiagnostics } from "./diagnostics.ts";
import { hostOf } from "./endpoint.ts";
import { grantSet, parseGrant } from "./grant.ts";
import { isAbsolutePath } from "./path.ts";
import {
  type AmbientKind,
  ambientKinds,
  type Capabilities,
  type CapabilityKind,
  type Denial,
  type GrantKind,
  type Policy,
} from "./policy.ts";

const problem = problemsOf<typeof policyDiagnostics>();

/** Paths are absolute, with links resolved by whoever asks. A connect without port asks whether the name may be looked up. */
export type CapabilityRequest =
  | { readonly capability: "read" | "write"; readonly path: string }
  | { readonly capability: "connect"; readonly host: string; readonly port?: number }
  | { readonly capability: "listen"; readonly host: string; readonly port: number }
  | { readonly capability: "env" | "ipc"; readonly name: string }
  | { readonly capability: "exec"; readonly program: string }
  | AmbientRequest;

export const allows = (policy: Policy, request: CapabilityRequest): boolean => denialOf(policy, request) === undefined;

/** Undefined where the policy allows it. */
export function denialOf(policy: Policy, request: CapabilityRequest): Denial | undefined {
  const { platform, narrowedBy = [] } = policy;
  const asked = readRequest(request, platform);
  if (permits(policy.capabilities, asked, platform)) return undefined;
  const { capability, requested, grant, isLookUp = false } = asked;
  const byWorkload = narrowedBy.some((own) => !permits(own, asked, platform));
  const isGrantable = !byWorkload && grant !== undefined && !isLookUp;
  return {
    capability,
    ...(requested === undefined ? {} : { requested }),
    deniedBy: byWorkload ? "workload" : "caller",
    ...(isGrantable ? { flag: `--allow-${capability}=${escapeCommas(grant)}` } : {}),
  };
}

interface Asked {
  readonly capability: CapabilityKind;
  readonly requested?: string;
  /** The canonical grant that names exactly what was asked for; absent where none can. */
  readonly grant?: string;
  /** Asks for a host at whatever port: `grant` has one that does not count. */
  readonly isLookUp?: boolean;
}

function readRequest(request: CapabilityRequest, platform: Platform): Asked {
  if (isAmbient(request)) return { capability: request.capability };
  const { capability } = request;
  const isLookUp = capability === "connect" && request.port === undefined;
  const text = textOf(request);
  const requested = isLookUp ? request.host : text;
  const grant = isNameable(capability, text, platform)
    ? parseGrant(capability, text, { base: "", platform })
    : undefined;
  if (grant === undefined || isFault(grant)) return { capability, requested };
  return { capability, requested: isLookUp ? requested : grant, grant, isLookUp };
}

interface AmbientRequest {
  readonly capability: AmbientKind;
}

const isAmbient = (request: CapabilityRequest): request is AmbientRequest =>
  ambientKinds.some((kind) => kind === request.capability);

function textOf(request: Exclude<CapabilityRequest, AmbientRequest>): string {
  if ("path" in request) return request.path;
  if ("name" in request) return request.name;
  if ("program" in request) return request.program;
  const { host, port = 1 } = request;
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Patterns are for grants; a request names one thing, and a relative path would be another one in each directory. */
function isNameable(kind: GrantKind, text: string, platform: Platform): boolean {
  if (kind === "read" || kind === "write") return isAbsolutePath(text, platform);
  if (kind === "exec") return isAbsolutePath(text, platform) || !/[\\/]/.test(text);
  return !((kind === "connect" || kind === "env") && text.includes("*"));
}

function permits(capabilities: Capabilities, asked: Asked, platform: Platform): boolean {
  const { capability, grant, isLookUp = false } = asked;
  if (capability === "time" || capability === "random" || capability === "log") return capabilities[capability];
  if (grant === undefined) return false;
  const grants = effective(capabilities, capability);
  // As if all were granted at the port that the look-up was written with.
  const compared = isLookUp ? grants.map((each) => `${hostOf(each)}:1`) : grants;
  return grantSet(capability, compared, platform).covers(grant);
}

/** E_CAPABILITY_DENIED (77) */
export const denialProblem = (denial: Denial): Problem => problem("E_CAPABILITY_DENIED", denial);

/** The fields of `capability.denied`. */
export function denialEvent({
  capability,
  requested,
  deniedBy,
  flag,
  reason,
}: Denial): EventFields["capability.denied"] {
  return {
    capability,
    denied_by: deniedBy,
    ...(requested === undefined ? {} : { requested }),
    ...(flag === undefined ? {} : { flag }),
    ...(reason === undefined ? {} : { reason }),
  };
}
