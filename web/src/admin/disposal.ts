/** A proposal to destroy records, as the server tells it. */
import type { Schemas } from "../api/types";

export type DisposalRecord = Schemas["DisposalRecordView"];

export type Disposal = Schemas["DisposalView"];

/** Whether the period of grace of an approved proposal is over. */
export function isDue(disposal: Disposal, now: number): boolean {
  return disposal.state === "approved" && !!disposal.destroy_from && new Date(disposal.destroy_from).getTime() <= now;
}
