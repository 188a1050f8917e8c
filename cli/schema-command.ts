/** `schema print`: the same command for every program; it prints the schemas of the program that it is called in. */
import type { Command } from "./command.ts";

export const schemaCommand: Command = {
  name: "schema print",
  aliases: ["schema"],
  summary: "Print the JSON Schemas of what the commands print with --format=json and jsonl",
  usage: ["[NAME…]"],
  examples: [
    { command: "pybun schema", note: "All schemas, in one document" },
    { command: "pybun schema print envelope", note: "The schema of --format=json alone" },
    { command: 'pybun schema print "pybun schema print"', note: "The schema of one command's detail" },
  ],
  options: {},
  positionals: { name: "NAME", min: 0, max: Infinity },
  load: () => import("./schema-execute.ts"),
  detailSchema: async () => (await import("./schema-detail.ts")).schemaDetail,
};
