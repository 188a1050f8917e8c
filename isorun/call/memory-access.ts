/**
 * Views of one memory. Growing detaches the buffer, so that views are made anew whenever the guest has run; what is
 * measured beforehand is measured against the current length.
 */
/** Of instances that are gone. */
const none = new WebAssembly.Memory({ initial: 0, maximum: 0 });

export class MemoryAccess {
  #memory: WebAssembly.Memory;
  bytes: Uint8Array;
  view: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  /** To be called after every call into the guest. */
  refresh(): void {
    // Views of a detached buffer have no bytes; asking the memory for its buffer costs as much as a call of the guest.
    if (this.bytes.length > 0) return;
    const { buffer } = this.#memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Its instance is gone, and whoever has this must not keep the memory. */
  release(): void {
    this.#memory = none;
    this.bytes = new Uint8Array(none.buffer);
    this.view = new DataView(none.buffer);
  }
}
