/** All problems that PyBun can have, from the catalogues of its parts. Loaded when one has to be put into words. */
import type { Catalogue } from "@vivarium/core/diagnostic";

export const pybunCatalogue: Catalogue = {};
