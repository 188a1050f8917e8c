/** The page docs/reference/settings.md, from the tables of pybun/index/setting-places.ts and pybun/run/uv-file-keys.ts. */
import { ignoredPlaces, type SettingPlaces, settingPlaces } from "../pybun/index/setting-places.ts";
import { uvFileKeys } from "../pybun/run/uv-file-keys.ts";

export function settingsPage(): string {
  const rows = Object.entries(settingPlaces).map(([name, places]) => rowOf(name, places));
  const ignored = Object.entries(ignoredPlaces).map(([place, reason]) => `| ${placeText(place)} | ${reason} |\n`);
  const ofUvFiles = Object.entries(uvFileKeys).map(([key, { instead }]) => `| \`${key}\` | ${instead} |\n`);
  return `${head}\n${rows.join("")}\n${middle}\n${ignored.join("")}\n${uvFiles}\n${ofUvFiles.join("")}\n${tail}`;
}

function rowOf(name: string, { flag, from, kind, note = "" }: SettingPlaces): string {
  const shown = flag === undefined ? wordsOf(name) : `\`${flag}\``;
  return `| ${shown} | ${from.map(placeText).join(", ")} | ${kind === "one" ? "the first" : "all"} | ${note} |\n`;
}

const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** `pip:no-index` is a variable, and a line in a file. */
function placeText(place: string): string {
  if (!place.startsWith("pip:")) return `\`${place}\``;
  const key = place.slice("pip:".length);
  return `\`PIP_${key.toUpperCase().replaceAll("-", "_")}\`, pip's \`${key}\``;
}

const head = `# Settings of uv and pip that PyBun reads

Generated from \`pybun/index/setting-places.ts\` and \`pybun/run/uv-file-keys.ts\` by \`tools/generate-reference.ts\`; do not edit.

A flag stands before every setting here. Of the places in a row the first one that is set counts, or all of them do, as
the third column says. pip's lines are those of \`[global]\` and \`[install]\` in its files, \`[install]\` before
\`[global]\`, and a \`PIP_\` variable takes the place of the line. An empty variable is an unset one. For \`run\` a script's
own block is weaker than these settings, but for its indexes, which are asked first. What cannot be read ends the command
with exit code 78 and names the setting. Whatever changes which packages come makes another environment.

| setting | read from | of several | note |
| --- | --- | --- | --- |`;

const middle = `Proxies are those of \`HTTPS_PROXY\`, \`HTTP_PROXY\`, \`ALL_PROXY\`, \`NO_PROXY\` and pip's \`proxy\`; credentials those of
\`UV_INDEX_<NAME>_USERNAME\` and \`_PASSWORD\`, of the URL and of netrc.

## How old an answer may be

How long a page of an index serves, the index says (\`Cache-Control\`, \`Expires\`). A page of an index that says nothing
serves for 600 seconds, so a release younger than that may be missed; \`--refresh\` of \`resolve\`, \`run\` and \`env create\`
asks anyway. What was resolved for a script or an environment before serves until \`--refresh\`, too.

## Not obeyed

These change which packages uv or pip would take. \`W_SETTING_IGNORED\` names the one that is set, in each command that
wishes for packages: a script or an environment that was made before the setting was obeys it no more than a new one.

| setting | what holds instead |
| --- | --- |`;

const uvFiles = `Files of uv are not obeyed either. Told is each of these keys in the nearest \`uv.toml\` or \`[tool.uv]\` of a
\`pyproject.toml\` from the working directory up that has one, and in the \`uv.toml\` of the user (\`~/.config/uv\`) and of
the machine (\`/etc/uv\`, \`/etc/xdg/uv\`). As with uv, \`UV_CONFIG_FILE\` takes the place of all of them, and \`UV_NO_CONFIG\`
turns them off, which stops the warning too. Not told is what a flag, a variable, a file of pip's or a script's block
asks for as well. The root of a workspace is told besides its member, and \`[pip]\` by \`resolve\` and \`env\`, as uv reads
it for \`uv pip\` alone. \`[tool.uv]\` of a script's own block is obeyed.

| key | instead |
| --- | --- |`;

const tail = `Not read, and not told, because the same packages come without them: caches (\`UV_NO_CACHE\`, \`UV_CACHE_DIR\`,
\`PIP_NO_CACHE_DIR\`), link modes, concurrency, progress, settings of builds and of where pip installs. uv's choice among
Pythons (\`UV_PYTHON_PREFERENCE\`, \`UV_MANAGED_PYTHON\`) and among projects (\`UV_PROJECT\`, \`UV_NO_PROJECT\`,
\`UV_WORKING_DIR\`) and keyrings are not read either, nor is \`[tool.uv.sources]\` of a project, which is not installed.
`;
