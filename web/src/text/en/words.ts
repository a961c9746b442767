/** How numbers and names are written in English. */

export function number(n: number): string {
  return new Intl.NumberFormat("en").format(n);
}

export function documents(n: number): string {
  return n === 1 ? "1 document" : `${number(n)} documents`;
}

/** Names that the server gives as words joined by hyphens. */
export function kindName(name: string): string {
  const words = name.replaceAll(/[-_]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
export const stateName = kindName;
