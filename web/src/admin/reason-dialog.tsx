/** Asks for the reason of something that is recorded with it. */
import { useState } from "react";
import { Button, Dialog, DialogFoot, parts, TextField } from "../design/parts";
import { Fault } from "../design/states";
import { text } from "../text";

export function ReasonDialog(props: {
  title: string;
  lead?: string;
  error: unknown;
  onClose(): void;
  onReason(reason: string): void;
}) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        className={parts.stack}
        data-own-enter
        onSubmit={(event) => {
          event.preventDefault();
          props.onReason(reason);
        }}
      >
        {props.lead && <p>{props.lead}</p>}
        <TextField
          label={text.common.reason}
          required
          autoFocus
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Fault error={props.error} />
        <DialogFoot>
          <Button onClick={props.onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary">
            {props.title}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
