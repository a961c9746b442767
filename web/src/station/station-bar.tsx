/** What is in work, how much is done, for how long it is held. */
import { Clock, Cloud, CloudOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { Bar } from "../app/shell";
import { text } from "../text";
import type { Desk } from "./desk";
import type { DeskState } from "./desk-state";
import style from "./station.module.css";

export function StationBar({ state }: { desk: Desk; state: DeskState }) {
  const work = state.current;
  const minutes = useMinutesLeft(work?.claim.lease.expires_at);
  if (!work) return null;
  const { batch, source } = work.claim.document;
  return (
    <>
      <Bar>
        <span className={style.where}>
          <strong>{batch.name}</strong>
          {source && <span className={style.source}> · {source}</span>}
        </span>
        <span className={style.done}>{text.station.accepted(state.accepted)}</span>
      </Bar>
      <Bar at="bar-end">
        <Saving state={state} />
        <span className={style.held} title={text.station.heldHint}>
          <Clock size={16} aria-hidden="true" />
          {work.lost ? text.station.notHeld : text.station.held(minutes)}
        </span>
      </Bar>
    </>
  );
}

function Saving({ state }: { state: DeskState }) {
  const icons = {
    no: null,
    saving: <LoaderCircle size={16} aria-hidden="true" />,
    saved: <Cloud size={16} aria-hidden="true" />,
    failed: <TriangleAlert size={16} aria-hidden="true" />,
    offline: <CloudOff size={16} aria-hidden="true" />,
  };
  return (
    <span className={style.held} role="status" data-saving={state.saving}>
      {icons[state.saving]}
      {text.station.saving[state.saving]}
    </span>
  );
}

function useMinutesLeft(until: string | undefined): number {
  const left = () => (until ? Math.max(0, Math.ceil((new Date(until).getTime() - Date.now()) / 60_000)) : 0);
  const [minutes, setMinutes] = useState(left);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `left` reads `until`
  useEffect(() => {
    setMinutes(left());
    const timer = setInterval(() => setMinutes(left()), 15_000);
    return () => clearInterval(timer);
  }, [until]);
  return minutes;
}
