/** A dialog that asks for something, does it, and says what went wrong where it was asked. */
import type { ReactNode } from "react";
import { text } from "../text";
import { Button, Dialog, DialogFoot, parts } from "./parts";
import { Fault } from "./states";

interface FormDialogProps {
  title: string;
  /** What the button that does it says; the title, unless told. */
  submit?: string;
  danger?: boolean;
  wide?: boolean;
  /** Nothing has to be filled in: Enter at once does it. */
  ready?: boolean;
  /** What the button does: a mutation, or something that behaves like one. */
  doing: { isPending: boolean; error: unknown; mutate(): void };
  onClose(): void;
  children?: ReactNode;
}

export function FormDialog(props: FormDialogProps) {
  return (
    <Dialog title={props.title} onClose={props.onClose} wide={props.wide}>
      <form
        className={parts.stack}
        data-own-enter
        onSubmit={(event) => {
          event.preventDefault();
          props.doing.mutate();
        }}
      >
        {props.children}
        <Fault error={props.doing.error} />
        <DialogFoot>
          <Button onClick={props.onClose}>{text.common.cancel}</Button>
          <Button
            type="submit"
            look={props.danger ? "danger" : "primary"}
            disabled={props.doing.isPending}
            data-first={props.ready || undefined}
          >
            {props.submit ?? props.title}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
