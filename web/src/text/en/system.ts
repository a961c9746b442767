/** Labels, the state of the system and the audit log, in English. */
import { number } from "./words";

export const labels = {
  title: "Document types and labels",
  lead: "What a document can be. Types, their codes and the class of their retention come with the pipeline and its configuration.",
  types: "Document types",
  name: "Name",
  code: "LOINC code",
  recordClass: "Record class",
  labels: "Labels in use",
  noLabels: "No label has been used yet.",
};

export const health = {
  title: "System health",
  lead: "Everything that has to work, and whether it does.",
  check: "What",
  state: "State",
  detail: "Detail",
  version: "Version",
  versionOf: (version: string) => `Parts of Muniment ${version}`,
  workers: "Workers",
  noWorkers: "No worker was heard of.",
  started: "Since",
  seen: "Heard of",
  stopped: "Stopped",
  working: "Working",
  good: "Works",
  bad: "Needs somebody",
  fixity: "Fixity",
  fixityLead: "Archived objects are read again and compared with their digests; damage is mended from a replica.",
  noProblems: "No damage is known.",
};

export const tickets = {
  title: "Tickets",
  raised: "Raised",
  batch: "Batch",
  category: "About",
  note: "What is wrong",
  close: "Close",
  emptyTitle: "No open tickets",
  empty:
    "What technicians hand on to you appears here. When you close a ticket, its document goes back into the queue.",
};

export const audit = {
  title: "Audit log",
  lead: "Everything that was done and read. Entries form a tree of digests: nobody can change one without it showing.",
  intact: "Chain intact",
  broken: "Chain broken",
  status: (size: number, signed: number) =>
    `${number(size)} entries, ${number(signed)} of them under a signed checkpoint`,
  notShipped: (n: number) => `${number(n)} not in the archive yet`,
  noStatus: "Whether the whole chain holds is shown to those who may read all of it.",
  program: "The program",
  about: "About",
  root: "Root",
  checkpoint: "Signed checkpoint",
  number: "No.",
  when: "When",
  who: "Who",
  what: "What",
  detail: "Details",
  proof: "Proof",
  proofTitle: (n: number) => `Proof that entry ${n} is in the log`,
  entryTitle: (n: number) => `Entry ${n}`,
  proofLead: "With this and a signed checkpoint anybody can check the entry without this program.",
  emptyTitle: "Nothing yet",
  empty: "As soon as somebody does something it stands here.",
};
