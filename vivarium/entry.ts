/** Entry of the compiled executable: the name is argv[0] as the caller gave it, right through symlinks and exec -a. */
import { main } from "./main.ts";

const name = process.argv0.replace(/^.*[/\\]/, "").replace(/\.exe$/i, "");
await main(name, process.argv.slice(2));
