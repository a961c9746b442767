/** Asks for the reason of something that is recorded with it. */
import { useState } from "react";
import { FormDialog } from "../design/form-dialog";
import { TextField } from "../design/parts";
import { text } from "../text";

export function ReasonDialog(props: {
  title: string;
  lead?: string;
  busy: boolean;
  error: unknown;
  onClose(): void;
  onReason(reason: string): void;
}) {
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={props.title}
      busy={props.busy}
      error={props.error}
      onClose={props.onClose}
      onSubmit={() => props.onReason(reason)}
    >
      {props.lead && <p>{props.lead}</p>}
      <TextField
        label={text.common.reason}
        required
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
