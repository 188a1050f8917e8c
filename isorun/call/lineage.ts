/**
 * Who made which call. One that goes on when its maker has ended is, from then on, of the nearest above it that has not,
 * as if that one had made it: whatever ends that one (a signal, a deadline, a spent budget) ends it too, and that one may
 * wait for it (host-call.ts, wait-graph.ts). It stays in its chain, which keeps its name, its age and its trace. Nothing else is
 * kept of those that have ended, however many made each other.
 */

export interface Passed {
  readonly chain: readonly string[];
  readonly traceparent?: string | undefined;
}

/** The call that a chain began with. */
export interface Origin {
  readonly sequence: number;
  /** What another runtime, or another host, passed. */
  readonly passed: Passed | undefined;
}

/** What a call has of makers that have ended. */
export interface Inherited extends Origin {
  readonly traceparent: string | undefined;
}

export interface Made<T> extends Origin {
  /** Whose host function made it; it has not ended. */
  parent: T | undefined;
  /** Calls that its host functions made and that have not ended, without synchronous ones (`callsOf`). */
  children: Set<T> | undefined;
  inherited: Inherited | undefined;
  adopt(child: T): void;
}

export function isWithin<T extends Made<T>>(call: T, other: T): boolean {
  for (let each: T | undefined = call; each !== undefined; each = each.parent) if (each === other) return true;
  return false;
}

export function originOf<T extends Made<T>>(call: T): Origin {
  let each = call;
  while (each.inherited === undefined && each.parent !== undefined) each = each.parent;
  return each.inherited ?? each;
}

/** The one that was passed last. */
export function traceparentOf<T extends Made<T>>(call: T): string | undefined {
  for (let each: T | undefined = call; each !== undefined; each = each.parent) {
    const traceparent = each.passed?.traceparent ?? each.inherited?.traceparent;
    if (traceparent !== undefined || each.inherited !== undefined) return traceparent;
  }
  return undefined;
}

/** Of a call that ends. */
export function handOn<T extends Made<T>>(call: T): void {
  const { parent, children } = call;
  call.children = undefined;
  if (children === undefined || children.size === 0) return;
  const { sequence, passed } = originOf(call);
  const inherited = { sequence, passed, traceparent: traceparentOf(call) };
  for (const child of children) {
    child.inherited ??= inherited;
    child.parent = parent;
    parent?.adopt(child);
  }
}
