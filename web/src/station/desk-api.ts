/** The desk's calls to the server. */
import { call } from "../api/client";
import type { AcceptBody, Accepted, Claim, Station, TypedDraft } from "../api/types";

export type Decision = "reject" | "postpone" | "escalate" | "second-review";

export interface DeskApi {
  next(options: { after?: string; prefetch?: boolean }): Promise<Claim | null>;
  claim(document: string): Promise<Claim>;
  renew(document: string, lease: string): Promise<{ expires_at: string }>;
  release(document: string, lease: string): Promise<void>;
  saveDraft(document: string, lease: string, draft: TypedDraft): Promise<{ saved_at: string; version?: number }>;
  accept(document: string, body: AcceptBody): Promise<Accepted>;
  decide(document: string, what: Decision, body: Record<string, unknown>): Promise<unknown>;
  undo(): Promise<{ document: string }>;
  /** The document as the server sees it now. */
  station(document: string): Promise<Station>;
}

export const deskApi: DeskApi = {
  next: (options) => call<Claim | null>("POST", "/queue/next", { body: options }),
  claim: (document) => call<Claim>("POST", `/documents/${document}/claim`),
  renew: (document, lease) => call("PUT", `/documents/${document}/claim`, { lease }),
  release: (document, lease) => call("DELETE", `/documents/${document}/claim`, { lease, keepalive: true }),
  saveDraft: (document, lease, draft) => call("PUT", `/documents/${document}/draft`, { lease, body: draft }),
  accept: (document, body) => call<Accepted>("POST", `/documents/${document}/accept`, { body }),
  decide: (document, what, body) => call("POST", `/documents/${document}/${what}`, { body }),
  undo: () => call<{ document: string }>("POST", "/undo"),
  station: (document) => call<Station>("GET", `/documents/${document}/station`),
};
