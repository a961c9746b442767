/** Orders and groups of pages. Pure. */

/** The pages in two groups, the second beginning at `position`; one group when nothing comes before it. */
export function splitBefore(positions: readonly number[], position: number): number[][] {
  const at = positions.indexOf(position);
  if (at <= 0) return [[...positions]];
  return [positions.slice(0, at), positions.slice(at)];
}

/** The order after moving one page by so many places; `null` when it cannot go there. */
export function moved(positions: readonly number[], position: number, by: number): number[] | null {
  const from = positions.indexOf(position);
  const to = from + by;
  if (from < 0 || to < 0 || to >= positions.length) return null;
  const order = [...positions];
  order.splice(from, 1);
  order.splice(to, 0, position);
  return order;
}
