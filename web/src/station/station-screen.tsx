/** The verification station: pages, the page image with its marks, and the fields. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { FileCheck2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { call } from "../api/client";
import { asProblem } from "../api/problem";
import type { PageAction, Station } from "../api/types";
import { useSession } from "../app/session";
import { Button, parts, useTitle } from "../design/parts";
import { Empty, Failed, Skeleton } from "../design/states";
import { leaveFocus, useKeys } from "../keys/handler";
import { text } from "../text";
import type { ViewerControls } from "../viewer/page-viewer";
import { DecisionDialog } from "./decision-dialog";
import { Desk } from "./desk";
import { type Decision, deskApi } from "./desk-api";
import { tabDrafts } from "./drafts";
import { FieldPane } from "./field-pane";
import * as flow from "./flow";
import { Notices } from "./notices";
import style from "./station.module.css";
import { StationBar } from "./station-bar";
import { StationPageView } from "./station-page";
import { Thumbnails } from "./thumbnails";

/** One desk per person and tab: it outlives a look at another screen. */
let desk: { person: string; desk: Desk } | null = null;

export function deskOf(person: string): Desk {
  if (desk?.person !== person) desk = { person, desk: new Desk(deskApi, tabDrafts(person)) };
  return desk.desk;
}

export default function StationScreen() {
  useTitle(text.shell.verify);
  const { session } = useSession();
  const { document: wanted } = useParams({ strict: false }) as { document?: string };
  const navigate = useNavigate();
  const desk = deskOf(session?.person.id ?? "");
  const state = useSyncExternalStore(desk.subscribe, desk.snapshot);
  const controls = useRef<ViewerControls>(null);
  const [position, setPosition] = useState<number | null>(null);
  const [capturing, setCapturing] = useState(false);
  const [dialog, setDialog] = useState<Decision | null>(null);
  const [said, say] = useState<{ tone: "ok" | "verify"; words: string } | null>(null);

  useEffect(() => {
    void desk.open(wanted).then(() => {
      // The address names a document once; after it the queue leads.
      if (wanted && desk.state.status !== "failed") void navigate({ to: "/verify", replace: true });
    });
  }, [desk, wanted, navigate]);
  useEffect(() => {
    const online = () => void desk.saveNow();
    const hide = () => void desk.saveNow();
    const ask = (event: BeforeUnloadEvent) => {
      if (desk.state.pending > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    window.addEventListener("online", online);
    window.addEventListener("pagehide", hide);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("pagehide", hide);
      window.removeEventListener("beforeunload", ask);
      desk.leave();
    };
  }, [desk]);

  const work = state.current;
  const station = work?.claim.document;
  const id = station?.id;
  const shownPages = useMemo(() => station?.pages.filter((page) => !page.hidden) ?? [], [station]);
  const step = state.step;
  const field = station && flow.fieldsOf(station).find((each) => each.name === step);
  const place = station && flow.placeOf(station, step);
  // A field in focus brings its page; otherwise the first, or the one that was chosen.
  const page = station?.pages.find((each) => each.position === position) ?? shownPages[0] ?? station?.pages[0] ?? null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new document starts on its first page
  useEffect(() => {
    setPosition(null);
    setCapturing(false);
    say(null);
  }, [id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the step, not the field's values
  useEffect(() => {
    if (typeof place?.page === "number") setPosition(place.page);
    if (place?.rect) controls.current?.reveal(place.rect);
    focusStep(step);
  }, [id, step]);

  async function act(action: PageAction) {
    if (!work || !station) return;
    try {
      const body = { lease: work.claim.lease.token, version: station.version, actions: [action] };
      const answer = await call<Station | { items: Station[] } | Station[]>("POST", `/documents/${station.id}/pages`, {
        body,
      });
      const stations = Array.isArray(answer) ? answer : "items" in answer ? answer.items : [answer];
      const mine = stations.find((each) => each.id === station.id);
      if (mine) desk.replace(mine);
    } catch (error) {
      say({ tone: "verify", words: asProblem(error).message });
    }
  }
  const turn = (quarters: number) => page && void act({ turn: { position: page.position, turns: quarters } });
  const go = (by: number) => {
    if (!page || !station) return;
    const at = station.pages.indexOf(page) + by;
    const to = station.pages[at];
    if (to) setPosition(to.position);
  };
  async function undo() {
    try {
      const done = await desk.undo();
      if (done === "undone") say({ tone: "ok", words: text.station.undone });
    } catch (error) {
      say({ tone: "verify", words: asProblem(error).message });
    }
  }

  useKeys({
    confirm: () => desk.enter(focusedStep() ?? step),
    accept: () => void desk.accept(),
    undo: () => void undo(),
    ...(work &&
      station && {
        patient: () => desk.focus("patient") ?? focusStep("patient", true),
        kind: () => desk.focus("kind") ?? focusStep("kind"),
        labels: () => document.getElementById("station-labels")?.focus(),
        secondReview: () => setDialog("second-review"),
        postpone: () => setDialog("postpone"),
        reject: () => setDialog("reject"),
        escalate: () => setDialog("escalate"),
        capture: () => setCapturing((on) => !on),
        goAssemble: () => void navigate({ to: "/assemble/$document", params: { document: station.id } }),
        leaveField: () => {
          setCapturing(false);
          leaveFocus();
        },
        rotateRight: () => turn(1),
        rotateLeft: () => turn(3),
        previousPage: () => go(-1),
        nextPage: () => go(1),
        fit: () => controls.current?.toggleFit(),
        zoomIn: () => controls.current?.zoom(1.3, place?.rect ?? undefined),
        zoomOut: () => controls.current?.zoom(1 / 1.3, place?.rect ?? undefined),
      }),
  });

  if (state.status === "failed" && !work) return <Failed error={state.problem} retry={() => void desk.open(wanted)} />;
  if (state.status === "empty" && !work)
    return (
      <Empty title={text.station.emptyTitle} icon={<FileCheck2 size={22} aria-hidden="true" />}>
        <h1 className={parts.hidden}>{text.shell.verify}</h1>
        <p>{text.station.empty(state.accepted)}</p>
        <Button onClick={() => void desk.open()}>{text.station.lookAgain}</Button>
        {state.undoable && (
          <Button look="quiet" of="undo" onClick={() => void undo()}>
            {text.station.undoLast}
          </Button>
        )}
      </Empty>
    );
  if (!work || !station) return <Skeleton lines={9} />;

  const ahead = state.ahead.flatMap((next) => next.claim.document.pages.filter((each) => !each.hidden).slice(0, 1));
  const neighbours = shownPages.filter((each) => page && Math.abs(each.position - page.position) === 1);
  return (
    <div className={style.station} data-document={station.id}>
      <h1 className={parts.hidden}>{text.shell.verify}</h1>
      <StationBar desk={desk} state={state} />
      <Thumbnails station={station} current={page?.position ?? null} onChoose={setPosition} />
      <StationPageView
        station={station}
        entry={work.entry}
        step={step}
        page={page}
        ahead={[...ahead, ...neighbours]}
        controls={controls}
        capturing={capturing}
        onCapture={(words) => {
          const target = field?.name ?? flow.fieldsOf(station)[0]?.name;
          if (target) {
            desk.change((entry) => flow.type(entry, target, words));
            focusStep(target);
          }
          setCapturing(false);
        }}
        onToggleCapture={() => setCapturing(!capturing)}
        onFit={() => controls.current?.toggleFit()}
        onTurn={turn}
        onHide={() => page && void act({ hide: { position: page.position, hidden: !page.hidden } })}
      />
      <FieldPane desk={desk} state={state} work={work} onDecision={setDialog} onUndo={() => void undo()}>
        <Notices desk={desk} state={state} work={work} said={said} onClose={() => say(null)} />
      </FieldPane>
      {dialog && (
        <DecisionDialog
          decision={dialog}
          onClose={() => setDialog(null)}
          onDecide={async (body) => {
            const answer = (await desk.decide(dialog, body)) as { ticket?: string } | null;
            setDialog(null);
            say({ tone: "ok", words: text.station.decided[dialog]?.(answer?.ticket ?? "") ?? "" });
          }}
        />
      )}
    </div>
  );
}

/** The step that the focused element belongs to. */
function focusedStep(): string | null {
  return document.activeElement?.closest<HTMLElement>("[data-step]")?.dataset.step ?? null;
}

/** Puts the cursor where a step is answered, once it is drawn. */
export function focusStep(step: string, force = false): void {
  requestAnimationFrame(() => {
    const place = document.querySelector<HTMLElement>(`[data-step="${CSS.escape(step)}"]`);
    if (!place || document.querySelector("dialog[open]")) return;
    if (!force && place.contains(document.activeElement)) return;
    const input = place.matches("input, button")
      ? place
      : place.querySelector<HTMLElement>("input:checked, input:not([type=radio]), button");
    input?.focus({ preventScroll: true });
    if (input instanceof HTMLInputElement && input.type === "text") input.select();
    place.scrollIntoView({ block: "nearest" });
  });
}
