/** Where packages come from if nobody says anything. */
export const publicIndex = "https://pypi.org/simple";
