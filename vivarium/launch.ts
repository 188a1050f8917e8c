/** Entry from source: vivarium/bin/vivarium passes the name it was called by as the first argument. */
import { main } from "./main.ts";

const [name = "vivarium", ...argv] = process.argv.slice(2);
await main(name, argv);
