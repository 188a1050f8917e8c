/** All that promises do by now is done. */
export const settled = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
