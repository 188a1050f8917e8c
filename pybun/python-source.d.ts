/** Python that runs inside an interpreter is kept in files of its own: `import text from "./x.py" with { type: "text" }`. */
declare module "*.py" {
  const text: string;
  export default text;
}
