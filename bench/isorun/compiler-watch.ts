/** Watches what a program hands to the engine's compiler: modules that contain given bytes. */

export interface CompilerWatch {
  /** How many of them were handed over. */
  readonly given: () => number;
  /** How many the compiler has not given back. */
  readonly pending: () => number;
  readonly end: () => void;
}

export function watchCompiler(mark: Uint8Array): CompilerWatch {
  const { compile, instantiate, Module } = WebAssembly;
  let [given, pending] = [0, 0];
  const isMarked = (bytes: unknown) => bytes instanceof Uint8Array && viewOf(bytes).includes(mark);
  const watched =
    <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (!isMarked(args[0])) return work(...args);
      given += 1;
      pending += 1;
      return work(...args).finally(() => (pending -= 1));
    };
  const construct = (target: typeof Module, args: [Uint8Array<ArrayBuffer>]) => {
    if (isMarked(args[0])) given += 1;
    return new target(...args);
  };
  Object.assign(WebAssembly, {
    compile: watched(compile),
    instantiate: watched(instantiate),
    Module: new Proxy(Module, { construct }),
  });
  return {
    given: () => given,
    pending: () => pending,
    end: () => void Object.assign(WebAssembly, { compile, instantiate, Module }),
  };
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
