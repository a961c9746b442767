/** What the server says of documents, records and charts. */
import type { StationPage } from "../api/types";

export interface PatientView {
  id: string;
  number: string;
  authority: string;
  name: string;
  born: string;
}

export interface DocumentView {
  id: string;
  batch: { id: string; name: string };
  source?: string | null;
  state: string;
  opened_at: string;
  record?: string | null;
  patient?: PatientView | null;
  kind?: string | null;
  labels: string[];
  encounters: { from: string; until?: string | null }[];
  note?: string | null;
  pages: StationPage[];
  manifest: string;
}

export interface VersionView {
  number: number;
  state: string;
  accepted_at: string;
  accepted_by: string;
  reviewed_by?: string | null;
  archived_at?: string | null;
  locked_until?: string | null;
  in_error: boolean;
  kind?: string | null;
  labels: string[];
  correction?: string | null;
  inventory?: string | null;
}

export interface RecordView {
  record: string;
  state: string;
  version: number;
  document: DocumentView;
  versions: VersionView[];
  hidden_in_error: number;
  provenance?: {
    verified_by: string;
    verified_at: string;
    program: string;
    originals: { path: string; sha256: string; scan: string }[];
    read_by: string[];
  } | null;
  retention: { class: string; keep_until?: string | null; decided_by?: string | null; why: string[] };
  holds: string[];
}

export interface ChartView {
  patient?: PatientView | null;
  items: {
    record: string;
    document: string;
    date: string;
    kind: string;
    labels: string[];
    pages: number;
    state: string;
    version: number;
  }[];
  next?: string | null;
}
