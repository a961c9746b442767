/** Whose document this is. Stays in sight; candidates and the index are searched, never listed. */

import { Search, UserCheck, UserPlus } from "lucide-react";
import { useEffect, useState } from "react";
import { listOf } from "../api/list";
import type { PatientCandidate } from "../api/types";
import { Badge, classes } from "../design/parts";
import { TypeAhead } from "../design/type-ahead";
import { Kbd } from "../keys/kbd";
import { text } from "../text";
import { day } from "../text/dates";
import type { Desk } from "./desk";
import style from "./field-pane.module.css";
import * as flow from "./flow";

export function PatientPane({ desk, work, active }: { desk: Desk; work: flow.Work; active: boolean }) {
  const station = work.claim.document;
  const { patient, values, confirmed } = work.entry;
  const doubtful = flow.isPatientDoubtful(station, work.entry) && !confirmed.includes("patient");
  const [all, showAll] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another document starts closed
  useEffect(() => showAll(false), [station.id]);
  const candidates = station.patient.candidates;
  const chosen = patient && "existing" in patient ? patient.existing : null;
  const list = chosen && !candidates.some((each) => each.id === chosen.id) ? [chosen, ...candidates] : candidates;
  const open = all || doubtful || active;
  const choose = (choice: flow.PatientChoice) =>
    desk.change((entry) => ({
      ...entry,
      patient: choice,
      confirmed: entry.confirmed.filter((each) => each !== "patient"),
    }));
  const level = confirmed.includes("patient")
    ? "confirmed"
    : doubtful
      ? patient && "existing" in patient
        ? "check"
        : "verify"
      : "confident";
  const number = values.patient_number?.trim();

  return (
    <div
      data-step="patient"
      className={classes(style.field, style.patient, doubtful && style.open, style[level], active && style.active)}
      data-level={level}
      onFocus={() => desk.focus("patient")}
    >
      <div className={style.head}>
        <span id="patient-title" className={style.title}>
          {text.station.patient}
        </span>
        <span className={style.headEnd}>
          <PatientBadge level={level} />
          <Kbd of="patient" />
        </span>
      </div>
      <div role="radiogroup" aria-labelledby="patient-title" className={style.candidates}>
        {(open ? list.slice(0, 4) : list.filter((each) => each.id === chosen?.id)).map((candidate) => (
          <Candidate
            key={candidate.id}
            candidate={candidate}
            checked={chosen?.id === candidate.id}
            onChoose={() => choose({ existing: candidate })}
          />
        ))}
        {(open || !chosen) && number && (
          <label className={classes(style.candidate, !chosen && style.chosen)}>
            <input
              type="radio"
              name="patient"
              checked={patient !== null && "fresh" in patient}
              onChange={() => choose({ fresh: true })}
            />
            <span className={style.who}>
              <strong>
                <UserPlus size={15} aria-hidden="true" /> {text.station.newPatient}
              </strong>
              <span>
                {[values.patient_name, values.birth_date && day(values.birth_date), number].filter(Boolean).join(" · ")}
              </span>
            </span>
          </label>
        )}
      </div>
      {!open && list.length > 1 && (
        <button type="button" className={style.others} onClick={() => showAll(true)}>
          {text.station.otherCandidates(list.length - 1)}
        </button>
      )}
      {open && (
        <TypeAhead<PatientCandidate>
          label={text.station.findPatient}
          hideLabel
          placeholder={text.station.findPatient}
          nothing={text.station.noPatient}
          ask={async (words, signal) => {
            if (words.length < 2) return [];
            return listOf<PatientCandidate>("/patients", {
              query: { q: words },
              signal,
            });
          }}
          keyOf={(each) => each.id}
          textOf={(each) => each.number}
          show={(each) => <Who candidate={each} />}
          onPick={(each) => {
            choose({ existing: each });
            desk.change((entry) => flow.confirm(entry, "patient"));
            desk.goOn("patient");
          }}
        />
      )}
    </div>
  );
}

function PatientBadge({ level }: { level: string }) {
  if (level === "confident" || level === "confirmed")
    return (
      <Badge tone="ok">
        <UserCheck size={14} aria-hidden="true" />{" "}
        {level === "confirmed" ? text.station.levels.confirmed : text.station.matched}
      </Badge>
    );
  return (
    <Badge tone={level === "check" ? "check" : "verify"}>
      <Search size={14} aria-hidden="true" /> {text.station.levels.check}
    </Badge>
  );
}

function Candidate(props: { candidate: PatientCandidate; checked: boolean; onChoose(): void }) {
  return (
    <label className={classes(style.candidate, props.checked && style.chosen)}>
      <input type="radio" name="patient" checked={props.checked} onChange={props.onChoose} />
      <Who candidate={props.candidate} />
      {typeof props.candidate.score === "number" && (
        <span className={style.score}>{Math.round(props.candidate.score * 100)}</span>
      )}
    </label>
  );
}

function Who({ candidate }: { candidate: PatientCandidate }) {
  return (
    <span className={style.who}>
      <strong>{candidate.name || text.station.nameless}</strong>
      <span>
        {candidate.born && <>{day(candidate.born)} · </>}
        <code>{candidate.number}</code>
      </span>
      {candidate.matched && candidate.matched.length > 0 && (
        <span className={style.matched}>
          {text.station.matchedBy(
            candidate.matched.map((each) => text.station.identifiers[each] ?? each.replaceAll("_", " ")),
          )}
        </span>
      )}
    </span>
  );
}
