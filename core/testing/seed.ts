/**
 * The seed of all generated cases. It is fixed, so that a run of the tests is repeatable and a failure is never luck;
 * `VIVARIUM_TEST_SEED=7` asks for other cases and `VIVARIUM_TEST_SEED=random` for new ones. fast-check's report of a
 * failure prints it.
 */
const wanted = process.env["VIVARIUM_TEST_SEED"] ?? "20261121";

export const testSeed = wanted === "random" ? Date.now() % 2 ** 31 : Number(wanted);
