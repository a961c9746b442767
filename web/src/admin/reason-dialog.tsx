/** Asks for the reason of something that is recorded with it. */
import { useState } from "react";
import { FormDialog } from "../design/form-dialog";
import { TextField } from "../design/parts";
import { text } from "../text";

export function ReasonDialog(props: {
  title: string;
  lead?: string;
  doing: { isPending: boolean; error: unknown };
  onClose(): void;
  onReason(reason: string): void;
}) {
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={props.title}
      doing={{ ...props.doing, mutate: () => props.onReason(reason) }}
      onClose={props.onClose}
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
