/** Canonical built-ins at run time (CanonicalABI.md): those of resources; the asynchronous ones come later. */
import { UnsupportedError } from "../errors/errors.ts";
import type { ValidDefinition } from "../validate/valid-component.ts";
import { absent, type CoreItem, type RuntimeScope } from "./runtime-scope.ts";

export function builtinFunc(
  scope: RuntimeScope,
  { builtin, resource: id }: ValidDefinition & { readonly kind: "builtin" },
): CoreItem {
  const { instance } = scope;
  const { handles } = instance;
  if (builtin.name === "context.get") return () => instance.context[builtin.slot] ?? 0;
  if (builtin.name === "context.set") {
    return (value) => {
      instance.context[builtin.slot] = Number(value);
    };
  }
  if (builtin.name === "backpressure.inc") return () => instance.addBackpressure(1);
  if (builtin.name === "backpressure.dec") return () => instance.addBackpressure(-1);
  if (id === undefined) {
    return () => {
      instance.checkLeave();
      throw new UnsupportedError(`the built-in ${builtin.name}`);
    };
  }
  const resource = scope.resources.get(id) ?? absent("the resource", id.id);
  if (builtin.name === "resource.new") {
    return (representation) => {
      instance.checkLeave();
      return handles.add({ resource, representation: Number(representation), isOwn: true, scope: undefined, lends: 0 });
    };
  }
  if (builtin.name === "resource.rep") return (index) => handles.get(Number(index), resource).representation;
  return (index) => {
    instance.checkLeave();
    const handle = handles.remove(Number(index), resource);
    if (handle.scope !== undefined) handle.scope.borrows -= 1;
    if (handle.isOwn) resource.drop(handle.representation, instance);
  };
}
