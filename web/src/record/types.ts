/** What the server says of a record. */
import type { StationPage } from "../api/types";

export interface RecordView {
  record: {
    id: string;
    title?: string | null;
    kind?: string | null;
    patient?: { id: string; name?: string | null; number?: string | null; born?: string | null } | null;
    date?: string | null;
    state: string;
    labels?: string[];
    document?: string | null;
  };
  versions: {
    version: number;
    at: string;
    by?: { name: string } | null;
    reason?: string | null;
    state?: string | null;
  }[];
  provenance: { at?: string | null; what: string }[] | Record<string, unknown>;
  retention: { class?: string | null; keep_until?: string | null; why: string[] } | null;
  pages: StationPage[];
  holds: { id: string; matter: string }[];
}

export interface ChartView {
  patient: { name?: string | null; number?: string | null; born?: string | null };
  items: {
    record: string;
    title?: string | null;
    kind?: string | null;
    date?: string | null;
    pages: number;
    state: string;
    image?: string | null;
    width?: number;
    height?: number;
  }[];
  next?: string | null;
}
