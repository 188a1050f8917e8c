/** What a host gives, as one thing that can be linked: anyone can write one. */
import type { Linker } from "./linker.ts";

export interface SystemComponent {
  readonly name: string;
  /** Defines its interfaces, and no others. Called once for each builder that it is linked to. */
  install(linker: Linker): void;
}
