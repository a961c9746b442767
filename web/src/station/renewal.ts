/** Keeps documents held for as long as somebody works on them. */
import { asProblem, type Problem } from "../api/problem";
import type { DeskApi } from "./desk-api";
import type { Work } from "./flow";

export interface Renewal {
  document: string;
  /** The new end; none when the hold is lost. */
  until?: string;
  problem?: Problem;
}

export function isLost(problem: Problem): boolean {
  return problem.code === "claim-lost" || [404, 409, 410].includes(problem.status);
}

/** Renews every hold whose time is half gone; a network that is away for a moment ends none. */
export async function renewHolds(works: Work[], api: DeskApi, now: number): Promise<Renewal[]> {
  const found: Renewal[] = [];
  for (const { claim, lost } of works) {
    const { document, lease } = claim;
    const left = (new Date(lease.expires_at).getTime() - now) / 1000;
    if (lost || left > lease.seconds / 2) continue;
    try {
      const { expires_at } = await api.renew(document.id, lease.token);
      found.push({ document: document.id, until: expires_at });
    } catch (error) {
      const problem = asProblem(error);
      if (isLost(problem)) found.push({ document: document.id, problem });
    }
  }
  return found;
}
