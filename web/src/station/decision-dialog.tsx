/** Decisions other than accepting, each with its reason. */

import { useState } from "react";
import { FormDialog } from "../design/form-dialog";
import { Checkbox, Select, TextArea, TextField } from "../design/parts";
import { Notice } from "../design/states";
import { text } from "../text";
import type { Decision } from "./desk-api";

interface DecisionDialogProps {
  decision: Decision;
  onClose(): void;
  onDecide(body: Record<string, unknown>): Promise<void>;
}

export function DecisionDialog({ decision, onClose, onDecide }: DecisionDialogProps) {
  const t = text.decisions[decision];
  const choices = Object.entries(t.choices);
  const [choice, setChoice] = useState(choices[0]?.[0] ?? "");
  const [note, setNote] = useState("");
  const [rescan, setRescan] = useState(false);
  const [until, setUntil] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    setBusy(true);
    setError(null);
    const body = {
      reject: { reason: choice, note, rescan },
      postpone: {
        reason: note.trim() === "" ? choice : `${choice}: ${note}`,
        ...(until ? { until: new Date(until).toISOString() } : {}),
      },
      escalate: { category: choice, note },
      "second-review": {},
    }[decision];
    try {
      await onDecide(body);
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  }

  return (
    <FormDialog
      title={t.title}
      submit={t.submit}
      danger={decision === "reject"}
      ready
      doing={{ isPending: busy, error, mutate: () => void submit() }}
      onClose={onClose}
    >
      <p>{t.lead}</p>
      {choices.length > 0 && <Select label={t.choice} value={choice} onChange={setChoice} options={choices} />}
      {decision === "postpone" && (
        <TextField
          label={text.decisions.until}
          type="datetime-local"
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
      )}
      {decision === "escalate" && <Notice tone="check">{text.decisions.noPatientData}</Notice>}
      {decision !== "second-review" && (
        <TextArea
          label={text.common.note}
          value={note}
          maxLength={1000}
          onChange={(event) => setNote(event.target.value)}
        />
      )}
      {decision === "reject" && (
        <Checkbox
          label={text.decisions.rescan}
          checked={rescan}
          onChange={(event) => setRescan(event.target.checked)}
        />
      )}
    </FormDialog>
  );
}
