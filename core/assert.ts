/** Our own bug: states what must hold. Never for input of the user or answers of the world. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new AssertionFailure(invariant);
}

export class AssertionFailure extends Error {
  constructor(invariant: string) {
    super(`assertion failed: ${invariant}`);
    this.name = "AssertionFailure";
  }
}
