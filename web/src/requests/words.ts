/** What is asked for and of whom, in words. */
import type { Schemas } from "../api/types";
import { text } from "../text";
import { day } from "../text/dates";

export type RecordsRequest = Schemas["RequestView"];

export function scopeOf({ scope }: RecordsRequest): string {
  const t = text.requests;
  if (scope.kind === "encounter") return t.encounterFrom(day(scope.from ?? ""));
  if (scope.kind === "dates") return t.datesFrom(day(scope.from ?? ""), day(scope.to ?? ""));
  if (scope.kind === "records") return t.someRecords(scope.records.length);
  return t.scopes[scope.kind] ?? scope.kind;
}

export function patientOf({ patient, patient_id }: RecordsRequest): string {
  if (!patient) return patient_id.slice(0, 8);
  return [patient.name, patient.number].filter(Boolean).join(" · ");
}

export function recipientOf(recipient: Schemas["RecipientView"]): string {
  return recipient.missing
    ? (text.requests.recipientMissing[recipient.missing] ?? recipient.missing)
    : (recipient.name ?? "");
}
