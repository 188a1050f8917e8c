/**
 * `[capabilities]` and `[budget]`, as a TOML parser gave them, with integers as bigints, since `2.0` is none: of a file of
 * their own, or of a `[tool.vivarium]` table. Who read the TOML says where its parts stand. Keys that no policy has are
 * errors: a misspelt limit would limit nothing.
 */
import { parseAmount } from "../budget/amount.ts";
import { type Budget, budgetNames } from "../budget/budget.ts";
import { type Problem, problemsOf, type Span } from "../diagnostic.ts";
import { type Fault, isFault, type TextRange } from "../fault.ts";
import { nearest } from "../nearest.ts";
import { canonicalCapabilities, mapGrants } from "./combine.ts";
import type { policyDiagnostics } from "./diagnostics.ts";
import { parseGrant } from "./grant.ts";
import type { PathBase } from "./path.ts";
import { ambientKinds, capabilityKinds, grantNothing, type Policy } from "./policy.ts";

const problem = problemsOf<typeof policyDiagnostics>();

/** Keys and indexes from the top of the document. */
export type TomlPath = readonly (string | number)[];

/** Where the value at a path stands (its key, for `key`), or a part of the text that it is. */
export type PlaceOf = (path: TomlPath, part: "key" | "value" | TextRange) => Span;

export interface TableSource extends PathBase {
  /** For messages. */
  readonly file: string;
  /** Where the table is that holds `capabilities` and `budget`, such as `["tool", "vivarium"]`. */
  readonly path: TomlPath;
  readonly placeOf: PlaceOf;
}

type Table = Readonly<Record<string, unknown>>;

/**
 * Undefined where `table` holds neither of the two: then there is no policy. An empty `[capabilities]` is one.
 * @throws E_POLICY_VALUE, E_POLICY_TYPE, E_POLICY_KEY (78), at the first fault
 */
export function readPolicyTables(table: Table, source: TableSource): Policy | undefined {
  const reader: Reader = { ...source, table };
  refuseUnknown(reader, ["capabilities", "budget"]);
  const capabilities = tableAt(reader, "capabilities");
  const budget = tableAt(reader, "budget");
  if (capabilities === undefined && budget === undefined) return undefined;
  const nothing = grantNothing(source.platform);
  return {
    ...nothing,
    ...(capabilities === undefined ? {} : { capabilities: readCapabilities(capabilities) }),
    ...(budget === undefined ? {} : { budget: readBudget(budget) }),
  };
}

interface Reader extends TableSource {
  readonly table: Table;
}

function readCapabilities(reader: Reader): Policy["capabilities"] {
  refuseUnknown(reader, capabilityKinds);
  const lists = mapGrants((kind) =>
    textsAt(reader, kind).map((text, index) => {
      const grant = parseGrant(kind, text, reader);
      if (isFault(grant)) throw valueProblem(reader, { text, path: [kind, index] }, grant);
      return grant;
    }),
  );
  const [time = true, random = true, log = true] = ambientKinds.map((kind) => flagAt(reader, kind));
  return canonicalCapabilities({ ...lists, time, random, log }, reader.platform);
}

function readBudget(reader: Reader): Budget {
  refuseUnknown(reader, Object.keys(budgetNames));
  const limits: Record<string, number | bigint> = {};
  for (const [key, { field, amount }] of Object.entries(budgetNames)) {
    const value = reader.table[key];
    if (value === undefined) continue;
    const limit = amount === "count" ? countAt(reader, key) : limitAt(reader, { key, amount });
    limits[field] = field === "fuel" ? BigInt(limit) : limit;
  }
  return limits;
}

function limitAt(reader: Reader, { key, amount }: { key: string; amount: "bytes" | "duration" }): number {
  const text = reader.table[key];
  const like = amount === "bytes" ? "a size in quotes, such as '256MiB'" : "a time in quotes, such as '30s'";
  if (typeof text !== "string") throw typeProblem(reader, [key], like);
  const limit = parseAmount(text, amount);
  if (isFault(limit)) throw valueProblem(reader, { text, path: [key] }, limit);
  return limit;
}

const countMax = Number.MAX_SAFE_INTEGER;

function countAt(reader: Reader, key: string): number {
  const value = reader.table[key];
  if (typeof value === "bigint" && value >= 0n && value <= BigInt(countMax)) return Number(value);
  throw typeProblem(reader, [key], `a whole number from 0 to ${countMax}`);
}

function tableAt(reader: Reader, key: string): Reader | undefined {
  const value = reader.table[key];
  if (value === undefined) return undefined;
  if (isTable(value)) return { ...reader, table: value, path: [...reader.path, key] };
  throw typeProblem(reader, [key], "a table");
}

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

function textsAt(reader: Reader, key: string): readonly string[] {
  const value = reader.table[key];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw typeProblem(reader, [key], "an array of strings");
  return value.map((item: unknown, index) => {
    if (typeof item === "string") return item;
    throw typeProblem(reader, [key, index], "a string");
  });
}

function flagAt(reader: Reader, key: string): boolean {
  const value = reader.table[key];
  if (value === undefined || typeof value === "boolean") return value ?? true;
  throw typeProblem(reader, [key], "true or false");
}

function refuseUnknown({ table, path, file, placeOf }: Reader, known: readonly string[]): void {
  for (const key of Object.keys(table)) {
    if (known.includes(key)) continue;
    const params = { file, field: dotted([...path, key]), nearest: nearest(key, known, { limit: 1 }) };
    throw problem("E_POLICY_KEY", params, { spans: [placeOf([...path, key], "key")] });
  }
}

function typeProblem({ path, file, placeOf }: Reader, below: TomlPath, expected: string): Problem {
  const whole = [...path, ...below];
  return problem("E_POLICY_TYPE", { file, field: dotted(whole), expected }, { spans: [placeOf(whole, "value")] });
}

interface TextAt {
  readonly text: string;
  readonly path: TomlPath;
}

function valueProblem({ path, file, placeOf }: Reader, { text, path: below }: TextAt, fault: Fault): Problem {
  const whole = [...path, ...below];
  const params = { file, field: dotted(whole), text, reason: fault.reason };
  return problem("E_POLICY_VALUE", params, { spans: [placeOf(whole, fault)] });
}

const dotted = (path: TomlPath): string =>
  path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)}`))
    .join("")
    .replace(/^\./, "");
