/** The door of the fixture index: what other tests may use. */
export { certificate, privateKey } from "./certificate.ts";
export {
  buildSdist,
  buildWheel,
  type Distribution,
  type MetadataShape,
  metadataText,
  recordLine,
  type SdistShape,
  type WheelShape,
} from "./distributions.ts";
export { type FixtureRequest, type HttpServer, type Outcome, type Reply, startHttpServer } from "./http-server.ts";
export type { FileOptions } from "./pages.ts";
export { type FixtureProxy, startFixtureProxy } from "./proxy.ts";
export {
  type Behaviour,
  type FixtureIndex,
  type FixtureOptions,
  startFixtureIndex,
} from "./server.ts";
export { writeTar } from "./tar-writer.ts";
export { writeZip, type ZipEntry } from "./zip-writer.ts";
