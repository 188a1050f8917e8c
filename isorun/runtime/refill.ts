/** What is added to a budget while its instance lives. */
import { argumentError } from "../../core/argument-error.ts";
import { oddityOf } from "../../core/known-fields.ts";
import { nameOf } from "../call/check-value.ts";

/** What `refill` of an instance adds. */
export interface Refill {
  /** In instructions, beside what the budget had: an instance of `fuel: 100n` and a refill of 50n may use 150n. */
  readonly fuel: bigint;
}

/** @throws TypeError (`invalid-argument`) */
export function requireRefill(given: Refill): Refill {
  if (typeof given !== "object" || given === null) throw argumentError("a refill must be an object");
  const oddity = oddityOf(given, ["fuel"]);
  if (oddity?.kind === "unknown") throw argumentError(`'${oddity.name}' cannot be refilled`);
  const { fuel } = given;
  if (!(typeof fuel === "bigint" && fuel >= 0n)) {
    throw argumentError(`'fuel' of a refill must be a bigint that is not negative, found ${nameOf(fuel)}`);
  }
  return { fuel };
}
