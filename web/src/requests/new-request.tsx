/** A new request. Who may find patients finds one; others say two identifiers. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { PatientCandidate } from "../api/types";
import { may, useSession } from "../app/session";
import { FormDialog } from "../design/form-dialog";
import { Select, TextArea, TextField } from "../design/parts";
import { TypeAhead } from "../design/type-ahead";
import { text } from "../text";
import { day } from "../text/dates";

const EMPTY = {
  number: "",
  born: "",
  scope: "everything",
  encounter: "",
  from: "",
  to: "",
  records: "",
  purpose: "treatment",
  authority: "care",
  received: "",
  name: "",
  address: "",
  reference: "",
};

/** Leaves out what was not filled in. */
function filled(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ""));
}

export function NewRequest({ onClose }: { onClose(): void }) {
  const t = text.requests;
  const { session } = useSession();
  const finds = may(session, "label");
  const queries = useQueryClient();
  const [said, say] = useState(EMPTY);
  const [patient, pick] = useState<PatientCandidate | null>(null);
  const field = (name: keyof typeof EMPTY) => ({
    value: said[name],
    onChange: (event: { target: { value: string } }) => say({ ...said, [name]: event.target.value }),
  });
  const save = useMutation({
    mutationFn: () => {
      const { number, born, scope, encounter, from, to, records, name, address, reference, ...rest } = said;
      const scopes: Record<string, Record<string, unknown>> = {
        everything: {},
        encounter: { encounter },
        dates: { from, to },
        records: { records: records.split(/[\s,]+/).filter(Boolean) },
      };
      const whom = finds ? { patient: patient?.id ?? "" } : { number, born };
      const body = { ...whom, ...scopes[scope], ...filled(rest), recipient: { name, address, reference } };
      return call("POST", "/requests", { body });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["requests"] });
      onClose();
    },
  });
  return (
    <FormDialog title={t.open} doing={save} onClose={onClose} wide>
      {finds ? (
        <TypeAhead<PatientCandidate>
          label={t.findPatient}
          nothing={text.station.noPatient}
          value={patient ? nameOf(patient) : ""}
          ask={(words, signal) =>
            words.length < 2
              ? Promise.resolve([])
              : listOf<PatientCandidate>("/patients", { query: { q: words }, signal })
          }
          keyOf={(each) => each.id}
          textOf={nameOf}
          show={nameOf}
          onPick={pick}
        />
      ) : (
        <>
          <TextField label={t.number} hint={t.numberHint} required autoComplete="off" {...field("number")} />
          <TextField label={t.born} type="date" required {...field("born")} />
        </>
      )}
      <Select
        label={t.scope}
        value={said.scope}
        onChange={(scope) => say({ ...said, scope })}
        options={Object.entries(t.scopes)}
      />
      {said.scope === "encounter" && <TextField label={t.encounter} type="date" required {...field("encounter")} />}
      {said.scope === "dates" && (
        <>
          <TextField label={t.from} type="date" required {...field("from")} />
          <TextField label={t.to} type="date" required {...field("to")} />
        </>
      )}
      {said.scope === "records" && <TextField label={t.records} hint={t.recordsHint} required {...field("records")} />}
      <Select
        label={t.purpose}
        value={said.purpose}
        onChange={(purpose) => say({ ...said, purpose })}
        options={Object.entries(t.purposes)}
      />
      <Select
        label={t.authority}
        value={said.authority}
        onChange={(authority) => say({ ...said, authority })}
        options={Object.entries(t.authorities)}
      />
      <TextField label={t.reference} hint={t.referenceHint} maxLength={500} {...field("reference")} />
      <TextField label={t.recipient} required maxLength={500} autoComplete="off" {...field("name")} />
      <TextArea label={t.address} rows={3} maxLength={500} {...field("address")} />
      <TextField label={t.received} hint={t.receivedHint} type="date" {...field("received")} />
    </FormDialog>
  );
}

function nameOf(patient: PatientCandidate): string {
  return [patient.name, patient.born && day(patient.born), patient.number].filter(Boolean).join(" · ");
}
