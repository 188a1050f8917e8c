/** `schema print`: the same command for every program; it prints the schemas of the program that it is called in. */
import type { Command } from "./command.ts";

/** Its help shows the lines that work with the program that has it. */
export const schemaCommandOf = (program: string): Command => ({
  name: "schema print",
  aliases: ["schema"],
  summary: "Print the JSON Schemas of what the commands print with --format=json and jsonl",
  usage: ["[NAME…]"],
  examples: [
    { command: `${program} schema print`, note: "All schemas, in one document" },
    { command: `${program} schema print envelope`, note: "The schema of --format=json alone" },
    { command: `${program} schema print "${program} schema print"`, note: "The schema of one command's detail" },
  ],
  options: {},
  positionals: { name: "NAME", min: 0, max: Infinity },
  load: () => import("./schema-execute.ts"),
  detailSchema: async () => (await import("./schema-detail.ts")).schemaDetail,
});
