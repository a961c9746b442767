/** What any screen may say, in English. */
import { documents, number } from "./words";

export const product = "Muniment";

export const common = {
  loading: "Loading",
  save: "Save",
  saved: "Saved",
  cancel: "Cancel",
  close: "Close",
  open: "Open",
  back: "Back",
  more: "Show more",
  retry: "Try again",
  remove: "Remove",
  add: "Add",
  none: "None",
  yes: "Yes",
  no: "No",
  reason: "Reason",
  note: "Note",
  name: "Name",
  state: "State",
  pages: (n: number) => (n === 1 ? "1 page" : `${number(n)} pages`),
  documents,
  copied: "Copied",
  copy: "Copy",
  required: "This is needed.",
  skipToContent: "Skip to content",
};

export const problems = {
  title: "That did not work",
  offline: "The server cannot be reached. Check the connection; nothing you typed is lost.",
  program: "The program made a mistake. Reload the page; what you typed is kept.",
  unknown: "The server could not do this now. Try again in a moment.",
  requestId: (id: string) => `Request ${id}`,
  tellSupport: "If it happens again, give this number to whoever runs the archive.",
  deniedTitle: "You may not see this",
  denied: (permission: string) =>
    `It takes the permission “${permission}”, which none of your roles has. An administrator can grant a role that has it.`,
  notFoundTitle: "There is nothing here",
  notFound: "The address leads nowhere, or to something outside your rights.",
};

export const permissions: Record<string, string> = {
  label: "label, accept, reject or split documents",
  review_others: "review what others did",
  decide_lots: "draw, check, release or hold back lots",
  read_chart: "read charts",
  correct_record: "correct a verified record",
  see_errors: "see what was entered in error",
  set_policy: "draft retention policies or put them into force",
  approve_policy: "approve retention policies",
  place_hold: "place holds",
  release_hold: "release holds",
  view_retention: "look at policies, holds and plans for destruction",
  propose_destruction: "propose destruction",
  review_destruction: "review proposals to destroy",
  approve_destruction: "approve destruction",
  read_audit: "read the audit log",
  manage_people: "add people or change their roles",
  view_people: "see who may do what",
  request_records: "ask for records to be given out",
  release_records: "answer requests for records",
  see_requests: "see requests for records",
  see_disclosures: "see to whom records were given out",
  report_access: "ask who read what",
  purge_intake: "purge the intake area",
  operate: "run backups, fixity checks or a rebuild",
};

export const roles: Record<string, string> = {
  technician: "Technician",
  reviewer: "Reviewer",
  administrator: "Administrator",
  requester: "Requester",
  auditor: "Auditor",
  "it-support": "IT support",
};

export const typeAhead = {
  count: (n: number) => (n === 0 ? "Nothing found" : n === 1 ? "1 suggestion" : `${n} suggestions`),
};
