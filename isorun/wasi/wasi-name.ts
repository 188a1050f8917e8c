/** Names of WASI 0.2's interfaces. What is installed under one serves imports of every 0.2 version (runtime/link.ts). */

/** The newest that was looked at: interfaces of one minor version only gain functions. */
export const wasiVersion = "0.2.12";

export const wasiName = (name: string): string => `wasi:${name}@${wasiVersion}`;

const wasi02 = /^wasi:[^@]+@0\.2(?:\.\d+)?$/;

export const isWasi02 = (name: string): boolean => wasi02.test(name);
