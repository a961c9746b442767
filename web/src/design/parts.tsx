/** The small parts that every screen is made of. */
import { X } from "lucide-react";
import {
  type ButtonHTMLAttributes,
  type InputHTMLAttributes,
  type ReactNode,
  type TextareaHTMLAttributes,
  useEffect,
  useId,
  useRef,
} from "react";
import { Kbd, shortcutOf } from "../keys/kbd";
import type { KeyId } from "../keys/registry";
import { text } from "../text";
import style from "./parts.module.css";

export { style as parts };

export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

type ButtonLook = "primary" | "danger" | "quiet";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  /** The key that does the same. */
  of?: KeyId;
}

export function Button({ look, of, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={classes(style.button, look && style[look], className)}
      aria-keyshortcuts={of && shortcutOf(of)}
      {...rest}
    >
      {children}
      {of && <Kbd of={of} />}
    </button>
  );
}

export function IconButton({ label, of, className, children, ...rest }: ButtonProps & { label: string }) {
  return (
    <button
      type="button"
      className={classes(style.button, style.quiet, style.icon, className)}
      aria-label={label}
      title={label}
      aria-keyshortcuts={of && shortcutOf(of)}
      {...rest}
    >
      {children}
    </button>
  );
}

export type Tone = "ok" | "check" | "verify" | "info";

export function Badge({ tone, children }: { tone?: Tone | undefined; children: ReactNode }) {
  return <span className={classes(style.badge, tone && style[tone])}>{children}</span>;
}

export function Card({ title, actions, children }: { title?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={style.card}>
      {(title || actions) && (
        <div className={style.cardHead}>
          {title ? <h2>{title}</h2> : <span />}
          {actions && <div className={style.row}>{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

export function Screen(props: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useTitle(props.title);
  return (
    <div className={style.screen}>
      <div className={style.screenHead}>
        <div>
          <h1>{props.title}</h1>
          {props.lead && <p className={style.lead}>{props.lead}</p>}
        </div>
        {props.actions && <div className={style.row}>{props.actions}</div>}
      </div>
      {props.children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${text.product}`;
  }, [title]);
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  fault?: string | null | undefined;
}

interface LabelledControl {
  id: string;
  className: string;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
}

/** The label, the control and what is said about it. */
function Labelled(props: FieldProps & { children(control: LabelledControl): ReactNode }) {
  const { label, hint, fault } = props;
  const id = useId();
  return (
    <div className={style.labelled}>
      <label className={style.label} htmlFor={id}>
        {label}
      </label>
      {props.children({
        id,
        className: style.input ?? "",
        "aria-invalid": fault ? true : undefined,
        "aria-describedby": hint || fault ? `${id}-more` : undefined,
      })}
      <Described id={`${id}-more`} hint={hint} fault={fault} />
    </div>
  );
}

export function TextField({ label, hint, fault, ...rest }: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Labelled label={label} hint={hint} fault={fault}>
      {(control) => <input {...control} {...rest} />}
    </Labelled>
  );
}

export function TextArea({ label, hint, fault, ...rest }: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Labelled label={label} hint={hint} fault={fault}>
      {(control) => <textarea {...control} {...rest} />}
    </Labelled>
  );
}

export function Select(
  props: FieldProps & { value: string; onChange(value: string): void; options: [string, string][] },
) {
  return (
    <Labelled label={props.label} hint={props.hint} fault={props.fault}>
      {(control) => (
        <select {...control} value={props.value} onChange={(event) => props.onChange(event.target.value)}>
          {props.options.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

function Described({ id, hint, fault }: { id: string; hint: ReactNode; fault: string | null | undefined }) {
  if (fault)
    return (
      <p id={id} className={style.fault} role="alert">
        {fault}
      </p>
    );
  return hint ? (
    <p id={id} className={style.hint}>
      {hint}
    </p>
  ) : null;
}

export function Checkbox({ label, ...rest }: { label: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className={style.checkbox}>
      <input type="checkbox" {...rest} />
      <span>{label}</span>
    </label>
  );
}

export interface DialogProps {
  title: string;
  onClose(): void;
  wide?: boolean;
  /** Cannot be left without an answer. */
  firm?: boolean;
  children: ReactNode;
}

/** A modal dialog of the browser's own kind, which keeps focus inside and gives it back. */
export function Dialog({ title, onClose, wide, firm, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    dialog.current?.showModal();
    firstOf(dialog.current)?.focus();
    return () => before?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={classes(style.dialog, wide && style.wide)}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!firm) onClose();
      }}
      onClose={() => {
        if (!firm) onClose();
      }}
    >
      <div className={style.dialogHead}>
        <h2 id={id}>{title}</h2>
        {!firm && (
          <IconButton label={text.common.close} onClick={onClose}>
            <X size={18} aria-hidden="true" />
          </IconButton>
        )}
      </div>
      <div className={style.dialogBody}>{children}</div>
    </dialog>
  );
}

/** What a dialog is opened for: never the button that closes it, which browsers choose. */
function firstOf(dialog: HTMLElement | null): HTMLElement | null | undefined {
  return (
    dialog?.querySelector<HTMLElement>("[data-first]") ??
    dialog?.querySelector<HTMLElement>("form :is(input, select, textarea)") ??
    dialog?.querySelector<HTMLElement>("[type=submit]")
  );
}

export function DialogFoot({ children }: { children: ReactNode }) {
  return <div className={style.dialogFoot}>{children}</div>;
}

export function Facts({ items }: { items: [string, ReactNode][] }) {
  return (
    <dl className={style.facts}>
      {items.map(([term, value]) => (
        <div key={term} className={style.factRow}>
          <dt>{term}</dt>
          <dd>{value ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Hidden({ children }: { children: ReactNode }) {
  return <span className={style.hidden}>{children}</span>;
}
