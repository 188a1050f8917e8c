/** `WebAssembly.Exception`, of which the type declarations of the runtime do not know: what core code throws. */
const { Exception } = WebAssembly as unknown as { readonly Exception: new (...parts: never[]) => Error }; // the web API

export const isCoreException = (error: unknown): error is Error => error instanceof Exception;
