/** What has been entered for a document, what is still uncertain, what stands against accepting it. Pure. */
import type { AcceptBody, Claim, Draft, Field, Level, PatientCandidate, Station, TypedDraft } from "../api/types";

export type PatientChoice = { existing: PatientCandidate } | { fresh: true };

export interface Entry {
  values: Record<string, string>;
  /** What a person has confirmed: names of fields, "kind", "patient". */
  confirmed: string[];
  patient: PatientChoice | null;
  kind: string;
  kindTitle: string;
  labels: string[];
  note: string;
  encounters: { from: string; until: string }[];
}

export interface Work {
  claim: Claim;
  entry: Entry;
  /** Something was entered that the server does not have yet. */
  dirty: boolean;
  /** The hold on the document is gone; what was typed is still here. */
  lost: boolean;
}

/** What asks for attention: "patient", "kind" or the name of a field. */
export type Step = string;

const SURE = 0.9;

export function fieldsOf(station: Station): Field[] {
  return station.fields.filter((field) => field.name !== "kind");
}

export function begin(claim: Claim): Work {
  const station = claim.document;
  const entry: Entry = {
    values: Object.fromEntries(fieldsOf(station).map((field) => [field.name, field.value ?? ""])),
    confirmed: [],
    patient: null,
    kind: station.kind?.value ?? "",
    kindTitle: kindTitle(station.kind),
    labels: [...(station.labels ?? [])],
    note: station.note ?? "",
    encounters: [],
  };
  const candidates = station.patient?.candidates ?? [];
  const best = candidates[0];
  entry.patient = best ? { existing: best } : entry.values.patient_number ? { fresh: true } : null;
  return { claim, entry: station.draft ? withDraft(entry, station, station.draft) : entry, dirty: false, lost: false };
}

function kindTitle(kind: Field | undefined): string {
  if (!kind) return "";
  const words = kind.value.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function withDraft(entry: Entry, station: Station, draft: Draft): Entry {
  const { kind, ...fields } = draft.fields ?? {};
  const known = station.patient.candidates.find((candidate) => candidate.id === draft.patient);
  return {
    ...entry,
    values: { ...entry.values, ...fields },
    confirmed: [...(draft.confirmed ?? [])],
    patient: known ? { existing: known } : entry.patient,
    ...(kind ? { kind, kindTitle: kindTitle({ ...station.kind, value: kind }) } : {}),
    labels: draft.labels ?? entry.labels,
    note: draft.note ?? entry.note,
  };
}

/** A match by number and one more identifier is sure enough to be shown and not asked about. */
export function isSureMatch(candidate: PatientCandidate): boolean {
  const matched = candidate.matched ?? [];
  const byNumber = matched.some((each) => each.includes("number"));
  return byNumber && matched.length >= 2 && (candidate.score ?? 1) >= SURE;
}

export function isPatientDoubtful(station: Station, entry: Entry): boolean {
  if (!entry.patient || "fresh" in entry.patient) return true;
  const first = station.patient.candidates[0];
  return !(first && first.id === entry.patient.existing.id && isSureMatch(first));
}

export function levelOf(field: Field, entry: Entry): Level | "confirmed" {
  return entry.confirmed.includes(field.name) ? "confirmed" : field.level;
}

/** Everything that asks for attention, in the order in which it is asked. */
export function stepsLeft(station: Station, entry: Entry): Step[] {
  const left: Step[] = [];
  if (!entry.confirmed.includes("patient") && isPatientDoubtful(station, entry)) left.push("patient");
  if (!entry.confirmed.includes("kind") && (entry.kind === "" || (station.kind && station.kind.level !== "confident")))
    left.push("kind");
  for (const field of fieldsOf(station))
    if (levelOf(field, entry) !== "confident" && levelOf(field, entry) !== "confirmed") left.push(field.name);
  return left;
}

/** The next thing to look at after `from`, around the end to the beginning. */
export function nextStep(station: Station, entry: Entry, from: Step | null): Step | null {
  const left = stepsLeft(station, entry);
  if (left.length === 0) return null;
  const order = ["patient", "kind", ...fieldsOf(station).map((field) => field.name)];
  const at = from === null ? -1 : order.indexOf(from);
  return left.find((step) => order.indexOf(step) > at) ?? left[0] ?? null;
}

export type Obstacle =
  | { kind: "patient" }
  | { kind: "type" }
  | { kind: "verify"; field: string }
  | { kind: "disagrees"; field: string; page: string; index: string };

/** What stands against accepting. */
export function obstacles(station: Station, entry: Entry): Obstacle[] {
  const found: Obstacle[] = [];
  const isNew = isFresh(entry);
  if (!entry.patient || (isNew && !entry.values.patient_number?.trim())) found.push({ kind: "patient" });
  else if (isNew && !entry.confirmed.includes("patient")) found.push({ kind: "patient" });
  if (entry.kind.trim() === "") found.push({ kind: "type" });
  for (const field of fieldsOf(station))
    if (levelOf(field, entry) === "verify") found.push({ kind: "verify", field: field.name });
  return [...found, ...disagreements(entry)];
}

/** Identifiers on the page that are not those of the chosen patient. */
export function disagreements(entry: Entry): Obstacle[] {
  if (!entry.patient || "fresh" in entry.patient) return [];
  const { number, born } = entry.patient.existing;
  const pairs: [string, string | null | undefined][] = [
    ["patient_number", number],
    ["birth_date", born],
  ];
  return pairs.flatMap(([field, index]) => {
    const page = entry.values[field]?.trim();
    if (!page || !index || sameIdentifier(page, index)) return [];
    return [{ kind: "disagrees" as const, field, page, index }];
  });
}

function sameIdentifier(one: string, other: string): boolean {
  const bare = (value: string) =>
    value
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, "")
      .replace(/^0+/, "");
  return bare(one) === bare(other);
}

/** The field whose place on the page answers a step: for the patient the record number. */
export function placeOf(station: Station, step: Step): Field | undefined {
  if (step === "kind") return station.kind;
  const name = step === "patient" ? "patient_number" : step;
  return fieldsOf(station).find((field) => field.name === name);
}

/** Says whether the patient is to be made known with this document. */
export function isFresh(entry: Entry): boolean {
  return entry.patient !== null && "fresh" in entry.patient;
}

/** Says whether the person entered a step's answer themselves, other than it was suggested. */
export function isOwn(work: Work, step: Step): boolean {
  const station = work.claim.document;
  if (step === "kind") return work.entry.kind !== (station.kind?.value ?? "");
  if (step === "patient") {
    const chosen = work.entry.patient && "existing" in work.entry.patient ? work.entry.patient.existing.id : undefined;
    return chosen !== station.patient.candidates[0]?.id;
  }
  const field = fieldsOf(station).find((each) => each.name === step);
  return (work.entry.values[step] ?? "") !== (field?.value ?? "");
}

export function heldUntil(work: Work, until: string): Work {
  return { ...work, claim: { ...work.claim, lease: { ...work.claim.lease, expires_at: until } } };
}

/** The same work on the document as the server sees it now. */
export function seenAs(work: Work, document: Station): Work {
  return { ...work, claim: { ...work.claim, document: { ...document, draft: null } } };
}

export function type(entry: Entry, field: string, value: string): Entry {
  return {
    ...entry,
    values: { ...entry.values, [field]: value },
    confirmed: entry.confirmed.filter((each) => each !== field),
  };
}

export function confirm(entry: Entry, step: Step): Entry {
  return entry.confirmed.includes(step) ? entry : { ...entry, confirmed: [...entry.confirmed, step] };
}

export function draftOf(entry: Entry): TypedDraft {
  return {
    fields: { ...entry.values, ...(entry.kind ? { kind: entry.kind } : {}) },
    confirmed: entry.confirmed,
    ...(entry.patient && "existing" in entry.patient ? { patient: entry.patient.existing.id } : {}),
    labels: entry.labels,
    note: entry.note,
  };
}

export function acceptance(work: Work): AcceptBody {
  const { entry, claim } = work;
  const body: AcceptBody = {
    lease: claim.lease.token,
    version: claim.document.version,
    fields: entry.values,
    confirmed: entry.confirmed,
    kind: entry.kind,
    labels: entry.labels,
    encounters: entry.encounters.filter((each) => each.from && each.until),
    note: entry.note,
  };
  if (entry.patient && "existing" in entry.patient) body.patient = entry.patient.existing.id;
  else {
    const { patient_number, patient_name, birth_date } = entry.values;
    body.new_patient = {
      number: patient_number?.trim() ?? "",
      ...(patient_name?.trim() ? { name: patient_name.trim() } : {}),
      ...(birth_date?.trim() ? { born: birth_date.trim() } : {}),
    };
  }
  return body;
}
