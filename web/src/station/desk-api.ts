/** The desk's calls to the server. */
import { call } from "../api/client";
import type { Accepted, Claim, Station } from "../api/types";
import type { DeskApi } from "./desk";

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
