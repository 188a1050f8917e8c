/** A program gave what it may not give: a TypeError, with a code as all errors of the libraries have one. */
export const argumentError = (message: string): TypeError & { readonly code: "invalid-argument" } =>
  Object.assign(new TypeError(message), { code: "invalid-argument" as const });
