/** Records, charts and what is given out of them, in English. */

export const record = {
  untitled: "Document",
  about: "About this record",
  patient: "Patient",
  number: "Number",
  born: "Born",
  date: "Date",
  labels: "Labels",
  id: "Record",
  batch: "Batch",
  export: "Export",
  print: "Print",
  held: (matter: string) => `Under hold: ${matter}`,
  retention: "Retention",
  keptUntil: (until: string) => `Kept until ${until}`,
  keptIndefinitely: "Kept without an end, until something starts its period",
  stays: "Stays",
  inError: "Entered in error",
  hiddenInError: (n: number) =>
    n === 1
      ? "One version was entered in error and is not shown."
      : `${n} versions were entered in error and are not shown.`,
  acceptedBy: (who: string, when: string) => `accepted by ${who}, ${when}`,
  reviewedBy: (who: string) => `reviewed by ${who}`,
  archivedAt: (when: string) => `archived ${when}`,
  lockedUntil: (when: string) => `locked until ${when}`,
  verifiedBy: "Verified by",
  readBy: "Read by",
  madeBy: "Made by",
  originals: "Originals",
  noAdvice: "Computed from rules that this site has put into force. No legal advice.",
  versions: "Versions",
  version: (n: number) => `Version ${n}`,
  provenance: "Where it came from",
};

export const giveOut = {
  export: "Export",
  print: "Print",
  exportLead:
    "The export is recorded with your name and reason. What somebody else asks for is released under Requests, where it is accounted for.",
  printLead: "A PDF is made for printing. That, your name and the reason are recorded.",
  format: "Format",
  formats: {
    pdf: "Searchable PDF/A",
    original: "The original scan",
    txt: "Plain text",
    hocr: "hOCR (text with positions)",
    alto: "ALTO (text with positions)",
    json: "JSON (text with positions)",
  } as Record<string, string>,
  purpose: "Purpose",
  purposes: {
    treatment: "Treatment",
    payment: "Payment",
    operations: "Operations",
    patient: "For the patient",
    authorisation: "With the patient's authorisation",
    legal: "Required by law",
    "public-health": "Public health",
  },
};

export const chart = {
  title: "Chart",
  emptyTitle: "No records",
  empty: "This patient has no records within your rights.",
  emergency:
    "In an emergency a clinician may open one patient's chart without a grant. Everybody responsible is told at once.",
  breakGlass: "Open in an emergency",
  breakGlassLead:
    "This is read-only, for this patient and a short time. It alerts the people in charge now and is reviewed afterwards. It never allows export.",
};
