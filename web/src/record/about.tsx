/** What is known of a document, as names and values. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { text } from "../text";
import { day } from "../text/dates";
import type { DocumentView } from "./types";

export function aboutDocument(document: DocumentView): [string, ReactNode][] {
  const t = text.record;
  const { patient } = document;
  return [
    [
      t.patient,
      patient ? (
        <Link key="patient" to="/patients/$patient" params={{ patient: patient.id }}>
          {patient.name || patient.number}
        </Link>
      ) : (
        "–"
      ),
    ],
    [t.number, patient ? <code key="number">{patient.number}</code> : "–"],
    [t.born, day(patient?.born) || "–"],
    [
      t.stays,
      document.encounters.map((each) => [day(each.from), day(each.until)].filter(Boolean).join(" – ")).join(", ") ||
        "–",
    ],
    [t.labels, document.labels.join(", ") || "–"],
    [t.batch, [document.batch.name, document.source].filter(Boolean).join(" · ")],
    ...(document.note ? ([[text.common.note, document.note]] as [string, ReactNode][]) : []),
  ];
}
