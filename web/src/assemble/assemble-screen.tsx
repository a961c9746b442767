/** Arranging pages: split, merge, turn, order, hide, move to another document. The scan itself never changes. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, Combine, EyeOff, RotateCcw, RotateCw, Scissors, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import type { Claim, PageAction, Queue, Station } from "../api/types";
import { useSession } from "../app/session";
import { Badge, Button, classes, parts, Screen, Select } from "../design/parts";
import { Fault, Loaded, Notice } from "../design/states";
import { useKeys } from "../keys/handler";
import { text } from "../text";
import { Thumbnail } from "../viewer/thumbnail";
import { moved, splitBefore } from "./arrange";
import style from "./assemble.module.css";

export default function AssembleScreen() {
  const { document } = useParams({ strict: false }) as { document: string };
  const claim = useQuery({
    queryKey: ["assemble", document],
    queryFn: () => call<Claim>("POST", `/documents/${document}/claim`),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return <Loaded query={claim}>{(data) => <Assemble key={document} claim={data} />}</Loaded>;
}

function Assemble({ claim }: { claim: Claim }) {
  const t = text.assemble;
  const { session } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [station, setStation] = useState<Station>(claim.document);
  const [made, setMade] = useState<Station[]>([]);
  const [selected, select] = useState<number[]>([]);
  const [at, setAt] = useState(station.pages[0]?.position ?? 1);
  const [undoable, setUndoable] = useState(0);
  const [other, setOther] = useState("");
  const lease = claim.lease.token;

  const take = (answer: unknown) => {
    const stations = (
      Array.isArray(answer) ? answer : ((answer as { items?: Station[] })?.items ?? [answer])
    ) as Station[];
    const mine = stations.find((each) => each?.id === station.id);
    if (mine) setStation(mine);
    setMade(stations.filter((each) => each?.id !== station.id));
    select([]);
    void queries.invalidateQueries({ queryKey: ["queue"] });
  };
  const act = useMutation({
    mutationFn: (actions: PageAction[]) =>
      call("POST", `/documents/${station.id}/pages`, { body: { lease, version: station.version, actions } }),
    onSuccess: (answer) => {
      take(answer);
      setUndoable((n) => n + 1);
    },
  });
  const undo = useMutation({
    mutationFn: () =>
      call("POST", `/documents/${station.id}/pages/undo`, { body: { lease, version: station.version }, lease }),
    onSuccess: (answer) => {
      take(answer);
      setUndoable((n) => Math.max(0, n - 1));
    },
  });
  const others = useQuery({
    queryKey: ["queue", "others"],
    queryFn: () => call<Queue>("GET", "/queue", { query: { batch: station.batch.id, limit: 50 } }),
  });

  const positions = station.pages.map((page) => page.position);
  const chosen = selected.length > 0 ? selected : [at];
  const page = station.pages.find((each) => each.position === at);
  const toggle = (position: number) =>
    select((now) =>
      now.includes(position) ? now.filter((each) => each !== position) : [...now, position].sort((a, b) => a - b),
    );
  const turn = (turns: number) => act.mutate(chosen.map((position) => ({ turn: { position, turns } })));
  const split = () => {
    const groups = splitBefore(positions, at);
    if (groups.length > 1) act.mutate([{ split: groups }]);
  };
  const hide = () => act.mutate(chosen.map((position) => ({ hide: { position, hidden: !page?.hidden } })));
  const shift = (by: number) => {
    const order = moved(positions, at, by);
    if (order) act.mutate([{ order }], { onSuccess: () => setAt(at + by) });
  };
  const go = (by: number) => {
    const next = positions[positions.indexOf(at) + by];
    if (next !== undefined) setAt(next);
  };

  useEffect(() => {
    window.document.querySelector<HTMLElement>(`[data-page-at="${at}"]`)?.focus();
  }, [at]);

  useKeys({
    rotateRight: () => turn(1),
    rotateLeft: () => turn(3),
    split,
    hide,
    toggleSelect: () => toggle(at),
    moveEarlier: () => shift(-1),
    moveLater: () => shift(1),
    previousPage: () => go(-1),
    nextPage: () => go(1),
    merge: () => window.document.getElementById("merge-with")?.querySelector("select")?.focus(),
    undo: () => undoable > 0 && undo.mutate(),
    leaveField: () => void navigate({ to: "/verify/$document", params: { document: station.id } }),
  });

  const candidates = (others.data?.items ?? []).filter(
    (item) => item.document !== station.id && (!item.claimed_by || item.claimed_by.id === session?.person.id),
  );
  const title = station.kind?.value ? text.kindName(station.kind.value) : text.record.untitled;
  return (
    <Screen
      title={t.title(title)}
      lead={t.lead}
      actions={
        <>
          <Button of="undo" onClick={() => undo.mutate()} disabled={undoable === 0 || undo.isPending}>
            <Undo2 size={16} aria-hidden="true" /> {t.undo}
          </Button>
          <Link
            className={classes(parts.button, parts.primary)}
            to="/verify/$document"
            params={{ document: station.id }}
          >
            {t.done}
          </Link>
        </>
      }
    >
      <Fault error={act.error ?? undo.error} />
      {made.length > 0 && (
        <Notice tone="ok">
          {t.made(made.length)}{" "}
          {made.map((each) => (
            <Link key={each.id} to="/verify/$document" params={{ document: each.id }}>
              {t.openMade(each.pages.length)}
            </Link>
          ))}
        </Notice>
      )}
      <div className={style.tools} role="toolbar" aria-label={text.viewer.tools}>
        <Button of="rotateLeft" onClick={() => turn(3)}>
          <RotateCcw size={16} aria-hidden="true" /> {t.left}
        </Button>
        <Button of="rotateRight" onClick={() => turn(1)}>
          <RotateCw size={16} aria-hidden="true" /> {t.right}
        </Button>
        <Button of="split" onClick={split} disabled={at === positions[0]}>
          <Scissors size={16} aria-hidden="true" /> {t.split}
        </Button>
        <Button of="hide" onClick={hide}>
          <EyeOff size={16} aria-hidden="true" /> {page?.hidden ? t.show : t.hide}
        </Button>
        <Button of="moveEarlier" onClick={() => shift(-1)} disabled={at === positions[0]}>
          <ArrowLeft size={16} aria-hidden="true" /> {t.earlier}
        </Button>
        <Button of="moveLater" onClick={() => shift(1)} disabled={at === positions.at(-1)}>
          <ArrowRight size={16} aria-hidden="true" /> {t.later}
        </Button>
        <span className={parts.muted} role="status">
          {selected.length > 0 ? t.selected(selected.length) : t.current(at)}
        </span>
      </div>
      <ol className={style.grid} aria-label={text.station.pages}>
        {station.pages.map((each) => (
          <li key={each.page} className={style.cell}>
            {station.splits_suggested?.includes(each.position - 1) && (
              <span className={style.cut}>
                <Scissors size={13} aria-hidden="true" /> {text.station.suggestedSplit}
              </span>
            )}
            <button
              type="button"
              data-page-at={each.position}
              className={classes(style.page, each.position === at && style.here, each.hidden && style.hidden)}
              aria-current={each.position === at ? "true" : undefined}
              onClick={(event) => {
                setAt(each.position);
                if (event.ctrlKey || event.shiftKey) toggle(each.position);
              }}
            >
              <Thumbnail page={each} label={text.viewer.thumbnail(each.position)} width={170} />
              <span className={style.foot}>
                <strong>{each.position}</strong>
                {each.hidden && <Badge>{text.viewer.hidden}</Badge>}
                {each.blank && <Badge>{text.viewer.blank}</Badge>}
                {!each.reliable && <Badge tone="check">{text.viewer.unreliable}</Badge>}
              </span>
            </button>
            <label className={style.select}>
              <input
                type="checkbox"
                checked={selected.includes(each.position)}
                onChange={() => toggle(each.position)}
              />
              <span className={parts.hidden}>{t.select(each.position)}</span>
            </label>
          </li>
        ))}
      </ol>
      <section className={style.other} id="merge-with" aria-label={t.other}>
        <Select
          label={t.other}
          hint={t.otherHint}
          value={other}
          onChange={setOther}
          options={[
            ["", candidates.length === 0 ? t.noOther : t.choose],
            ...candidates.map(
              (item) =>
                [item.document, `${text.queue.documentOf(item.document)} · ${text.common.pages(item.pages)}`] as [
                  string,
                  string,
                ],
            ),
          ]}
        />
        <div className={parts.row}>
          <Button onClick={() => act.mutate([{ merge: { with: other } }])} disabled={other === "" || act.isPending}>
            <Combine size={16} aria-hidden="true" /> {t.merge}
          </Button>
          <Button
            onClick={() => act.mutate([{ move: { positions: chosen, to: other, at: 1 } }])}
            disabled={other === "" || chosen.length === station.pages.length}
          >
            {t.move(chosen.length)}
          </Button>
        </div>
      </section>
    </Screen>
  );
}
