/** The version of this release; a test keeps it equal to the package files. Here because every start reads it. */
export const programVersion = "0.1.0";
