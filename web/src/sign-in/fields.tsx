/** What every form of signing in is made of. */
import type { FormEvent, InputHTMLAttributes, ReactNode } from "react";
import { Button, TextField } from "../design/parts";
import { text } from "../text";
import style from "./sign-in.module.css";

export function SignInFields(props: {
  submit: string;
  busy: boolean;
  /** What went wrong. */
  fault: ReactNode;
  onSubmit(): void;
  children: ReactNode;
}) {
  return (
    <form
      className={style.form}
      data-own-enter
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      {props.children}
      {props.fault}
      <Button type="submit" look="primary" disabled={props.busy}>
        {props.submit}
      </Button>
    </form>
  );
}

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange"> & {
  label?: string;
  hint?: string;
  fault?: string | null;
  value: string;
  onValue(value: string): void;
};

/** The password that one has, or with `fresh` one that is chosen now. */
export function PasswordField({ fresh, onValue, ...rest }: FieldProps & { fresh?: boolean }) {
  return (
    <TextField
      label={text.signIn.password}
      type="password"
      autoComplete={fresh ? "new-password" : "current-password"}
      required
      {...rest}
      onChange={(event) => onValue(event.target.value)}
    />
  );
}

/** The code of the second step. */
export function CodeField({ onValue, ...rest }: FieldProps) {
  return (
    <TextField
      label={text.signIn.code}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      autoFocus
      required
      {...rest}
      onChange={(event) => onValue(event.target.value)}
    />
  );
}
