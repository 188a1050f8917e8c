/** Record fields and flags as JavaScript names them: `content-type` → `contentType`. */
export const propertyName = (label: string): string =>
  label.toLowerCase().replaceAll(/-(.?)/gu, (_, first: string) => first.toUpperCase());
