/**
 * Views of one memory. Growing detaches the buffer, so that views are made anew whenever the guest has run; what is
 * measured beforehand is measured against the current length.
 */
export class MemoryAccess {
  readonly #memory: WebAssembly.Memory;
  bytes: Uint8Array;
  view: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  /** To be called after every call into the guest. */
  refresh(): void {
    const { buffer } = this.#memory;
    if (this.bytes.buffer === buffer) return;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }
}
