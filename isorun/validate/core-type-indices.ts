/** The index space of core types of a scope: module types, and types that name each other by the same indices. */
import { ValidationError } from "../errors/errors.ts";
import { CoreTypeSpace, type DefinedCoreType, type ModuleType } from "../types/core-types.ts";

export class CoreTypeIndices {
  /** Recursion groups are added to it directly. */
  readonly space = new CoreTypeSpace();
  readonly #moduleTypes = new Map<number, ModuleType>();

  push(item: ModuleType | DefinedCoreType): void {
    if (item.kind === "core type") {
      this.space.addAlias(item);
    } else {
      this.#moduleTypes.set(this.space.size, item);
      this.space.addModuleType();
    }
  }

  /** @throws ValidationError */
  at(index: number, offset: number): ModuleType | DefinedCoreType {
    const item = this.#moduleTypes.get(index) ?? this.space.definedAt(index);
    if (item !== undefined) return item;
    throw new ValidationError(`unknown type ${index}: type index out of bounds`, offset);
  }
}
