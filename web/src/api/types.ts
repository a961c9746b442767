/** What the server's HTTP API says and takes, written after the contract. */

export type Role = "technician" | "reviewer" | "administrator" | "requester" | "auditor" | "it-support";
export const ROLES: readonly Role[] = ["technician", "reviewer", "administrator", "requester", "auditor", "it-support"];

export interface Session {
  person: { id: string; name: string; login?: string; roles: Role[] };
  permissions: Record<string, string>;
  csrf: string;
  expires_at: string;
  idle_seconds: number;
  facility: { zone: string };
  needs: null | "password" | "totp";
  version: string;
}

export interface Page<T> {
  items: T[];
  next?: string | null;
  total?: number;
}

export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Level = "confident" | "check" | "verify";

export interface Field {
  name: string;
  label: string;
  value: string;
  confidence: number;
  level: Level;
  page?: number | null;
  rect?: Rect | null;
  because?: string | null;
  candidates?: { value: string; confidence: number }[];
}

export interface PatientCandidate {
  id: string;
  number: string;
  authority?: string | null;
  name?: string | null;
  born?: string | null;
  score?: number | null;
  matched?: string[];
}

export interface Finding {
  kind: string;
  severity: string;
  message: string;
}

export interface StationPage {
  position: number;
  page: string;
  width: number;
  height: number;
  dpi?: number | null;
  turn: number;
  hidden: boolean;
  blank: boolean;
  reliable: boolean;
  findings: Finding[];
  image: string;
}

export interface Draft {
  fields: Record<string, string>;
  confirmed: string[];
  patient?: string | null;
  labels?: string[];
  note?: string | null;
  saved_at?: string;
}

export interface Station {
  id: string;
  batch: { id: string; name: string };
  source?: string | null;
  state: string;
  pages: StationPage[];
  fields: Field[];
  patient: { candidates: PatientCandidate[] };
  kind: Field;
  labels: string[];
  note?: string | null;
  draft: Draft | null;
  splits_suggested: number[];
  undo?: { record: string; until: string | null } | null;
  version: number;
}

export interface Claim {
  document: Station;
  lease: { token: string; expires_at: string; seconds: number };
}

export interface Word {
  text: string;
  rect: Rect;
  confidence: number;
  doubtful: boolean;
}

export interface PageWords {
  width: number;
  height: number;
  lines: Word[][];
}

export interface QueueItem {
  document: string;
  batch: { id: string; name: string };
  pages: number;
  received_at: string;
  age_seconds: number;
  priority: number;
  doubts: number;
  reliable: boolean;
  state: string;
  claimed_by?: { id: string; name: string } | null;
  kind?: Field | null;
}

export interface QueueCounts {
  ready: number;
  mine: number;
  postponed: number;
  second_review: number;
  rescan: number;
}

export interface Queue extends Page<QueueItem> {
  counts: QueueCounts;
}

export interface Kind {
  name: string;
  title: string;
  code?: string | null;
  record_class?: string | null;
}

export interface Accepted {
  record: string;
  final_at?: string | null;
  second_review?: boolean;
  next?: Claim | null;
}

export interface NewPatient {
  number: string;
  name?: string;
  born?: string;
}

export interface AcceptBody {
  lease: string;
  version: number;
  fields: Record<string, string>;
  confirmed: string[];
  patient?: string;
  new_patient?: NewPatient;
  kind: string;
  labels: string[];
  encounters: { from: string; until: string }[];
  note: string;
}

export type PageAction =
  | { turn: { position: number; turns: number } }
  | { hide: { position: number; hidden: boolean } }
  | { order: number[] }
  | { split: number[][] }
  | { merge: { with: string } }
  | { move: { positions: number[]; to: string; at: number } };

export interface MyWork {
  today: { accepted: number; rejected: number; pages: number; seconds_per_document: number | null };
  last: { document: string; decision: string; pages: number; at: string; undo_until?: string | null }[];
}

export interface Hit {
  document: string;
  record?: string | null;
  page: string;
  position: number;
  title: string;
  patient?: string | null;
  date?: string | null;
  state?: string | null;
  passages: { pieces: { text: string; match?: string | boolean | null }[] }[];
  boxes: { rect: Rect; text: string; match?: string | null }[];
  width: number;
  height: number;
  image: string;
}

export interface SearchAnswer extends Page<Hit> {
  query: string;
  documents: number;
  pages: number;
  pages_in_scope: number;
  pages_without_reliable_text: number;
  unseen?: number | null;
  terms?: unknown;
  facets: Record<string, { value: string; label?: string | null; count: number }[]>;
}
