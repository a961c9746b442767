/** A proposal to destroy records, as the server tells it. */

export interface DisposalRecord {
  record: string;
  state: string;
  last_day: string;
  policy: string;
  why?: string | null;
}

export interface Disposal {
  id: string;
  state: string;
  reason: string;
  proposed_by: string;
  proposed_at: string;
  reviewed_by?: string | null;
  approved_by: string[];
  destroy_from?: string | null;
  certificate?: string | null;
  records: DisposalRecord[];
}

/** Whether the period of grace of an approved proposal is over. */
export function isDue(disposal: Disposal, now: number): boolean {
  return disposal.state === "approved" && !!disposal.destroy_from && new Date(disposal.destroy_from).getTime() <= now;
}
