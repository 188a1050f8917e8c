/**
 * Files that are read again and again, of which only the last used stay open: a process may open a few hundred at most
 * where nobody raised the limit, and a resolution reads as many pages.
 */
import { closeSync } from "node:fs";
import { assert } from "@vivarium/core/assert";

export interface OpenFiles {
  /**
   * Takes over a descriptor. The result gives it for the next reading, and calls `reopen` first if it was closed
   * meanwhile; what `reopen` throws is passed on.
   */
  readonly hold: (descriptor: number, reopen: () => number) => () => number;
  readonly close: () => void;
}

export function openFiles(atOnceMax: number): OpenFiles {
  // The one that was not used for the longest time comes first.
  const descriptors = new Map<object, number>();
  let isClosed = false;
  function keep(file: object, descriptor: number): void {
    descriptors.set(file, descriptor);
    if (descriptors.size <= atOnceMax) return;
    for (const [oldest, its] of descriptors) {
      descriptors.delete(oldest);
      closeSync(its);
      return;
    }
  }
  return {
    hold(descriptor, reopen) {
      const file = {};
      keep(file, descriptor);
      return () => {
        assert(!isClosed, "files are read before they are closed for good");
        const known = descriptors.get(file);
        descriptors.delete(file);
        const its = known ?? reopen();
        keep(file, its);
        return its;
      };
    },
    close() {
      isClosed = true;
      for (const descriptor of descriptors.values()) closeSync(descriptor);
      descriptors.clear();
    },
  };
}
