/** Search, in English. */
import { documents, number } from "./words";

export const search = {
  title: "Search",
  heading: "Search the text of charts",
  placeholder: "Words, “a phrase”, AND, OR, -not, date:2024-01..",
  filters: "Chosen filters",
  narrow: "Narrow the results",
  dates: "Date of the document",
  from: "From",
  to: "Until",
  facetNames: {
    kind: "Type",
    label: "Label",
    batch: "Batch",
    patient: "Patient",
    state: "State",
    confidence: "Confidence",
    date: "Date",
    from: "From",
    to: "Until",
  } as Record<string, string>,
  counts: (found: number, pages: number, ms: number) =>
    `${documents(found)}, ${pages === 1 ? "1 page" : `${number(pages)} pages`} · ${number(ms)} ms`,
  unread: (n: number, of: number) =>
    `${n === 1 ? "1 page" : `${number(n)} pages`} of ${number(of)} within your rights ${n === 1 ? "has" : "have"} no reliable text. What stands there cannot be found by its words.`,
  allRead: (of: number) => `All ${number(of)} pages within your rights have reliable text.`,
  emptyTitle: "Nothing was found",
  empty:
    "No page within your rights has these words. Try fewer or other words, or look at the pages without reliable text.",
  startTitle: "Find any page by its words",
  start: "Type words above. Synonyms and misreadings of recognition are searched as well, and said.",
  results: "Results",
  page: "Page",
  pageShort: (n: number) => `p ${n}`,
  hitsHere: (n: number) => (n === 1 ? "1 hit on this page" : `${n} hits on this page`),
  openRecord: "Open the record",
  openDocument: "Open the document",
  save: "Save this search",
  saved: "Saved searches",
};
