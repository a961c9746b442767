/** Labels, dates of the stay, and a note: what a person adds of their own. */

import { X } from "lucide-react";
import { useState } from "react";
import { listOf } from "../api/list";
import { parts } from "../design/parts";
import { TypeAhead } from "../design/type-ahead";
import { Kbd } from "../keys/kbd";
import { text } from "../text";
import type { Desk } from "./desk";
import style from "./field-pane.module.css";
import type * as flow from "./flow";

type Label = string | { name: string; title?: string };
const nameOf = (label: Label) => (typeof label === "string" ? label : label.name);

export function Labels({ desk, work }: { desk: Desk; work: flow.Work }) {
  const { labels, note, encounters } = work.entry;
  const [open, setOpen] = useState(note !== "" || encounters.length > 0);
  const stay = encounters[0] ?? { from: "", until: "" };
  const setStay = (change: Partial<typeof stay>) =>
    desk.change((entry) => {
      const next = { ...stay, ...change };
      return { ...entry, encounters: next.from || next.until ? [next] : [] };
    });
  return (
    <div className={style.field}>
      <div className={style.kindHead}>
        <Kbd of="labels" />
      </div>
      <TypeAhead<Label>
        id="station-labels"
        label={text.station.labels}
        placeholder={text.station.addLabel}
        openOnFocus
        nothing={text.station.labelNothing}
        ask={async (words, signal) => {
          const all = await listOf<Label>("/labels", { query: { q: words }, signal });
          return all.filter((each) => !labels.includes(nameOf(each)));
        }}
        keyOf={nameOf}
        textOf={nameOf}
        show={(each) => (typeof each === "string" ? each : (each.title ?? each.name))}
        onPick={(each) => desk.change((entry) => ({ ...entry, labels: [...entry.labels, nameOf(each)] }))}
        onWords={(words) =>
          desk.change((entry) =>
            entry.labels.includes(words) ? entry : { ...entry, labels: [...entry.labels, words] },
          )
        }
      />
      {labels.length > 0 && (
        <ul className={style.chips} aria-label={text.station.labels}>
          {labels.map((label) => (
            <li key={label}>
              <button
                type="button"
                className={style.chip}
                aria-label={text.station.removeLabel(label)}
                onClick={() =>
                  desk.change((entry) => ({ ...entry, labels: entry.labels.filter((each) => each !== label) }))
                }
              >
                {label} <X size={13} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <details className={style.more} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{text.station.moreFields}</summary>
        <div className={style.stay}>
          <label className={parts.labelled}>
            <span className={parts.label}>{text.station.stayFrom}</span>
            <input
              className={parts.input}
              type="date"
              value={stay.from}
              onChange={(event) => setStay({ from: event.target.value })}
            />
          </label>
          <label className={parts.labelled}>
            <span className={parts.label}>{text.station.stayUntil}</span>
            <input
              className={parts.input}
              type="date"
              value={stay.until}
              onChange={(event) => setStay({ until: event.target.value })}
            />
          </label>
        </div>
        <label className={parts.labelled}>
          <span className={parts.label}>{text.common.note}</span>
          <textarea
            className={parts.input}
            rows={2}
            value={note}
            onChange={(event) => desk.change((entry) => ({ ...entry, note: event.target.value }))}
          />
        </label>
      </details>
    </div>
  );
}
