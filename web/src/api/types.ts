/** What the server's HTTP API says and takes: names for what is generated out of its OpenAPI document, and what that leaves open. */
import type { components } from "./schema";

export type Schemas = components["schemas"];

export const ROLES = ["technician", "reviewer", "administrator", "requester", "auditor", "it-support"] as const;
export type Role = (typeof ROLES)[number];

export interface Session extends Omit<Schemas["SessionView"], "person" | "needs" | "expires_at"> {
  person: { id: string; name: string; login?: string | null; roles: Role[] };
  needs: null | "password" | "totp";
  expires_at: string;
}

export interface Page<T> {
  items: T[];
  next?: string | null;
  total?: number;
}

/** Whom the list of people shows; roles are the ones there are. */
export type Person = Omit<Schemas["PersonView"], "roles"> & { roles: Role[] };

export type Batch = Schemas["BatchView"];
/** A policy keeps its text as it was drafted, and the interface reads its title alone. */
export type Policy = Omit<Schemas["PolicyView"], "policy"> & { policy: { title?: string } };

export type Rect = Schemas["RectView"];
export type Finding = Schemas["FindingView"];
export type Level = "confident" | "check" | "verify";
export type Field = Omit<Schemas["FieldView"], "level"> & { level: Level };
export type PatientCandidate = Schemas["CandidateView"];
export type StationPage = Schemas["PageView"];
export type Draft = Schemas["DraftView"];
export type TypedDraft = Schemas["TypedDraft"];

export type Station = Omit<Schemas["StationView"], "fields" | "kind"> & { fields: Field[]; kind: Field };
export type Claim = Omit<Schemas["ClaimView"], "document"> & { document: Station };
export type Review = Omit<Schemas["ReviewView"], "claim"> & { claim: Claim };
export type Word = Schemas["WordView"];
export type PageWords = Schemas["WordsView"];

export type QueueItem = Schemas["QueueItem"];
export type QueueCounts = Schemas["CountsView"];
export type Queue = Schemas["QueueView"];
export type Kind = Schemas["KindView"];

export type Accepted = Omit<Schemas["AcceptedView"], "next"> & { next?: Claim | null };
export type NewPatient = Schemas["NewPatient"];
export type AcceptBody = Schemas["AcceptBody"];
export type PageAction = Schemas["ActionBody"];
export type MyWork = Schemas["WorkView"];
export type Hit = Schemas["HitView"];
export type SearchAnswer = Schemas["SearchView"];
