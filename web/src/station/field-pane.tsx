/** The fields beside the page: certain ones in a line, uncertain ones with the piece of the page they were read from. */

import { CircleAlert, CircleCheck, CircleDashed, LifeBuoy, Pause, Undo2, X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { listOf } from "../api/list";
import type { Field, Kind } from "../api/types";
import { Badge, Button, classes, Hidden, IconButton, parts } from "../design/parts";
import { TypeAhead } from "../design/type-ahead";
import { Kbd } from "../keys/kbd";
import { text } from "../text";
import { Snippet } from "../viewer/snippet";
import type { Desk } from "./desk";
import type { Decision } from "./desk-api";
import type { DeskState } from "./desk-state";
import style from "./field-pane.module.css";
import * as flow from "./flow";
import { Labels } from "./labels";
import { PatientPane } from "./patient-pane";

interface FieldPaneProps {
  desk: Desk;
  state: DeskState;
  work: flow.Work;
  children: ReactNode;
  onDecision(decision: Decision): void;
  onUndo(): void;
}

export function FieldPane({ desk, state, work, children, onDecision, onUndo }: FieldPaneProps) {
  const station = work.claim.document;
  const left = flow.stepsLeft(station, work.entry);
  return (
    <section className={style.pane} aria-label={text.station.fields}>
      <div className={style.scroll}>
        {children}
        <PatientPane desk={desk} work={work} active={state.step === "patient"} />
        <KindField key={`${station.id}.kind`} desk={desk} work={work} active={state.step === "kind"} />
        {flow.fieldsOf(station).map((field) => (
          <FieldRow
            key={`${station.id}.${field.name}`}
            desk={desk}
            work={work}
            field={field}
            active={state.step === field.name}
          />
        ))}
        <Labels key={station.id} desk={desk} work={work} />
      </div>
      <div className={style.foot}>
        <div className={style.footRow}>
          <span className={classes(style.left, left.length === 0 && style.leftNone)} role="status">
            {left.length === 0 ? (
              <CircleCheck size={16} aria-hidden="true" />
            ) : (
              <CircleAlert size={16} aria-hidden="true" />
            )}
            {text.station.left(left.length)}
          </span>
          <Button look="quiet" of="undo" onClick={onUndo} disabled={!state.undoable && state.returned.length === 0}>
            <Undo2 size={16} aria-hidden="true" />
            {text.station.undoLast}
          </Button>
        </div>
        <div className={style.footRow}>
          <button
            type="button"
            data-step="accept"
            className={classes(parts.button, parts.primary, style.accept)}
            aria-keyshortcuts="Enter Control+Enter"
            onClick={() => desk.accept()}
            onFocus={() => desk.focus("accept")}
            disabled={work.lost}
          >
            {text.station.accept}
            <Kbd of={left.length === 0 ? "confirm" : "accept"} />
          </button>
          <Button title={text.keys.secondReview} aria-keyshortcuts="Alt+R" onClick={() => onDecision("second-review")}>
            {text.station.secondReview}
          </Button>
          <IconButton
            label={text.keys.postpone}
            of="postpone"
            onClick={() => onDecision("postpone")}
            className={style.edged}
          >
            <Pause size={16} aria-hidden="true" />
          </IconButton>
          <IconButton
            label={text.keys.escalate}
            of="escalate"
            onClick={() => onDecision("escalate")}
            className={style.edged}
          >
            <LifeBuoy size={16} aria-hidden="true" />
          </IconButton>
          <IconButton label={text.keys.reject} of="reject" onClick={() => onDecision("reject")} className={style.edged}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      </div>
    </section>
  );
}

export function LevelBadge({ level, confidence }: { level: ReturnType<typeof flow.levelOf>; confidence: number }) {
  const percent = `${Math.round(confidence * 100)}%`;
  if (level === "confirmed")
    return (
      <Badge tone="ok">
        <CircleCheck size={14} aria-hidden="true" /> {text.station.levels.confirmed}
      </Badge>
    );
  if (level === "check")
    return (
      <Badge tone="check">
        <CircleDashed size={14} aria-hidden="true" /> {text.station.levels.check} {percent}
      </Badge>
    );
  if (level === "verify")
    return (
      <Badge tone="verify">
        <CircleAlert size={14} aria-hidden="true" /> {text.station.levels.verify} {percent}
      </Badge>
    );
  return (
    <span className={style.sure}>
      <CircleCheck size={16} aria-hidden="true" />
      <Hidden>
        {text.station.levels.confident} {percent}
      </Hidden>
    </span>
  );
}

interface RowProps {
  desk: Desk;
  work: flow.Work;
  active: boolean;
}

function FieldRow({ desk, work, field, active }: RowProps & { field: Field }) {
  const id = useId();
  const level = flow.levelOf(field, work.entry);
  const value = work.entry.values[field.name] ?? "";
  const page = work.claim.document.pages.find((each) => each.position === (field.page ?? 1));
  const open = field.level !== "confident";
  const input = (
    <input
      id={id}
      type="text"
      className={parts.input}
      value={value}
      autoComplete="off"
      spellCheck={false}
      aria-describedby={`${id}-level`}
      list={field.candidates && field.candidates.length > 1 ? `${id}-candidates` : undefined}
      onChange={(event) => desk.change((entry) => flow.type(entry, field.name, event.target.value))}
      onFocus={() => desk.focus(field.name)}
      onBlur={() => {
        // What a person typed themselves is confirmed by having been typed.
        if (value !== field.value && value.trim() !== "") desk.change((entry) => flow.confirm(entry, field.name));
      }}
    />
  );
  return (
    <div
      data-step={field.name}
      className={classes(style.field, open ? style.open : style.line, style[level], active && style.active)}
      data-level={level}
    >
      <div className={style.head}>
        <label htmlFor={id}>{field.label}</label>
        <span id={`${id}-level`}>
          <LevelBadge level={level} confidence={field.confidence} />
        </span>
      </div>
      {open && field.rect && page && (
        <Snippet page={page} rect={field.rect} label={text.station.snippet(field.label)} width={392} />
      )}
      {input}
      {field.candidates && field.candidates.length > 1 && (
        <datalist id={`${id}-candidates`}>
          {field.candidates.map((candidate) => (
            <option key={candidate.value} value={candidate.value} />
          ))}
        </datalist>
      )}
      {open && field.because && <p className={style.because}>{field.because}</p>}
    </div>
  );
}

function KindField({ desk, work, active }: RowProps) {
  const kind = work.claim.document.kind;
  const level = work.entry.kind === "" ? "verify" : flow.levelOf({ ...kind, name: "kind" }, work.entry);
  const open = level !== "confident" && level !== "confirmed";
  return (
    <div
      data-step="kind"
      className={classes(style.field, open && style.open, style[level], active && style.active)}
      data-level={level}
      onFocus={() => desk.focus("kind")}
    >
      <div className={style.kindHead}>
        <LevelBadge level={level} confidence={kind?.confidence ?? 0} />
        <Kbd of="kind" />
      </div>
      <TypeAhead<Kind>
        label={text.station.kind}
        value={work.entry.kindTitle}
        placeholder={text.station.kindPlaceholder}
        nothing={text.station.kindNothing}
        ask={async (words, signal) => {
          return listOf<Kind>("/kinds", {
            query: { q: words === work.entry.kindTitle ? "" : words },
            signal,
          });
        }}
        keyOf={(each) => each.name}
        textOf={(each) => each.title}
        show={(each) => (
          <span className={style.kindOption}>
            {each.title}
            {each.code && <code>{each.code}</code>}
          </span>
        )}
        onPick={(each) => {
          desk.change((entry) => flow.confirm({ ...entry, kind: each.name, kindTitle: each.title }, "kind"));
          desk.goOn("kind");
        }}
      />
      {open && kind?.because && <p className={style.because}>{kind.because}</p>}
    </div>
  );
}
