/** An input with suggestions from the server: the combobox pattern of the ARIA practices (list, manual selection). */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { text } from "../text";
import { classes, Hidden, parts } from "./parts";
import style from "./type-ahead.module.css";

export interface TypeAheadProps<T> {
  label: string;
  hideLabel?: boolean;
  placeholder?: string;
  id?: string;
  /** Asks for suggestions; called again when the words rest for a moment. */
  ask(words: string, signal: AbortSignal): Promise<T[]>;
  keyOf(item: T): string;
  show(item: T): ReactNode;
  textOf(item: T): string;
  onPick(item: T): void;
  /** Enter without a chosen suggestion; without this, words alone are not taken. */
  onWords?(words: string): void;
  /** Opens with suggestions before a letter was typed. */
  openOnFocus?: boolean;
  value?: string;
  nothing?: string;
  autoFocus?: boolean;
}

const REST = 120;

export function TypeAhead<T>(props: TypeAheadProps<T>) {
  const own = useId();
  const id = props.id ?? own;
  const [words, setWords] = useState(props.value ?? "");
  const [items, setItems] = useState<T[]>([]);
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => setWords(props.value ?? ""), [props.value]);

  useEffect(() => {
    if (!open) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await latest.current.ask(words.trim(), abort.signal);
        if (abort.signal.aborted) return;
        setItems(found);
        setAsked(words.trim());
        setActive(found.length > 0 && words.trim() !== "" ? 0 : -1);
      } catch {
        if (!abort.signal.aborted) setItems([]);
      }
    }, REST);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [open, words]);

  useEffect(() => {
    if (active >= 0) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active, id]);

  function pick(item: T) {
    setOpen(false);
    setWords(props.value ?? "");
    setItems([]);
    props.onPick(item);
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) setOpen(true);
      else if (items.length > 0) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        setActive((now) => (now + step + items.length) % items.length);
      }
    } else if (event.key === "Enter" && open) {
      const item = items[active];
      event.preventDefault();
      event.stopPropagation();
      if (item !== undefined && asked === words.trim()) pick(item);
      else if (props.onWords && words.trim() !== "") {
        setOpen(false);
        props.onWords(words.trim());
        setWords(props.value ?? "");
      }
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      setWords(props.value ?? "");
    }
  }

  const shown = open && (items.length > 0 || (asked !== null && words.trim() !== ""));
  return (
    <div className={style.around}>
      <label htmlFor={id} className={props.hideLabel ? style.hiddenLabel : parts.label}>
        {props.label}
      </label>
      <input
        id={id}
        className={parts.input}
        role="combobox"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        autoFocus={props.autoFocus}
        placeholder={props.placeholder}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setOpen(true);
        }}
        onFocus={() => {
          if (props.openOnFocus) setOpen(true);
        }}
        onBlur={() => {
          setOpen(false);
          setWords(props.value ?? "");
        }}
        onKeyDown={onKeyDown}
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={props.label}
        className={classes(style.list, !shown && style.closed)}
        onMouseDown={(event) => event.preventDefault()}
      >
        {shown &&
          items.map((item, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the input's, after the combobox pattern
            // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the input
            <div
              key={props.keyOf(item)}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              className={classes(style.option, index === active && style.active)}
              onClick={() => pick(item)}
            >
              {props.show(item)}
            </div>
          ))}
        {shown && items.length === 0 && (
          <div className={style.nothing} role="option" aria-selected="false" aria-disabled="true" tabIndex={-1}>
            {props.nothing ?? text.common.none}
          </div>
        )}
      </div>
      <span role="status">
        <Hidden>{shown ? text.typeAhead.count(items.length) : ""}</Hidden>
      </span>
    </div>
  );
}
