/** Lists come as an array, or with an `items` member when they are paged. */
import { type CallOptions, call } from "./client";

export async function listOf<T>(path: string, options: CallOptions = {}): Promise<T[]> {
  const answer = await call<T[] | { items: T[] }>("GET", path, options);
  return Array.isArray(answer) ? answer : (answer?.items ?? []);
}

/** The name of a person that an answer gives whole, by name, or not at all. */
export function personName(person: { name?: string | null } | string | null | undefined): string {
  if (!person) return "–";
  return typeof person === "string" ? person : (person.name ?? "–");
}
