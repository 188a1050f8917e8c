/**
 * Which types have a name outside (Binary.md: types used by imports and exports are introduced by an import or export
 * before them). Records, variants, flags, enums and resources need one; other types are made of parts that do.
 */
import {
  type AnyType,
  type ExternType,
  type FuncType,
  type InstanceType,
  isValueType,
  type ValueType,
} from "../types/component-types.ts";
import { partsOf } from "../types/value-type.ts";

export class NamedTypes {
  readonly #imported = new Set<AnyType>();
  readonly #exported = new Set<AnyType>();
  /** Made of what has names, and lists of instances that are: names only become more. */
  readonly #usable = { import: new Set<object>(), export: new Set<object>() };

  /** Notes the names that `type` introduces; false if it uses types that have none. */
  register(type: ExternType, role: "import" | "export"): boolean {
    if (type.kind === "type") {
      if (!this.#areNamedWithin(type.type, role)) return false;
      (role === "import" ? this.#imported : this.#exported).add(type.type);
      return true;
    }
    if (type.kind === "func") return this.#isFuncNamed(type, role);
    return type.kind !== "instance" || this.#registerAll(type, role);
  }

  /** What an instance exports is named with it. */
  #registerAll({ exports }: InstanceType, role: "import" | "export"): boolean {
    const usable = this.#usable[role];
    const isUsable = usable.has(exports) || [...exports.values()].every((each) => this.register(each, role));
    if (isUsable) usable.add(exports);
    return isUsable;
  }

  /** The parts of a type that is about to be named itself. */
  #areNamedWithin(type: AnyType, role: "import" | "export"): boolean {
    if (type.kind === "func") return this.#isFuncNamed(type, role);
    if (type.kind === "instance") return this.#registerAll(type, role);
    return !isValueType(type) || this.#arePartsNamed(type, role);
  }

  #isFuncNamed({ params, result }: FuncType, role: "import" | "export"): boolean {
    const types = [...params.map(({ type }) => type), ...(result === undefined ? [] : [result])];
    return types.every((type) => this.#isNamed(type, role));
  }

  #arePartsNamed(type: ValueType, role: "import" | "export"): boolean {
    if (type.kind === "own" || type.kind === "borrow") return this.#has(type.resource, role);
    return partsOf(type).every((part) => this.#isNamed(part, role));
  }

  #isNamed(type: ValueType, role: "import" | "export"): boolean {
    const needsName =
      type.kind === "record" || type.kind === "variant" || type.kind === "flags" || type.kind === "enum";
    if (needsName) return this.#has(type, role);
    const usable = this.#usable[role];
    const isUsable = usable.has(type) || this.#arePartsNamed(type, role);
    if (isUsable) usable.add(type);
    return isUsable;
  }

  /** Exports may use what was imported. */
  #has(type: AnyType, role: "import" | "export"): boolean {
    return this.#imported.has(type) || (role === "export" && this.#exported.has(type));
  }
}
