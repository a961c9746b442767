/** Blind re-keying: somebody else types the identifiers from the page without seeing what was typed before. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { GitCompare } from "lucide-react";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { call } from "../api/client";
import type { Review, Schemas } from "../api/types";
import { Button, parts, Screen, TextField, useTitle } from "../design/parts";
import { Empty, Fault, Loaded, Notice } from "../design/states";
import { useKeys } from "../keys/handler";
import station from "../station/station.module.css";
import { Thumbnails } from "../station/thumbnails";
import { text } from "../text";
import { PageViewer, type ViewerControls } from "../viewer/page-viewer";
import { Differences } from "./differences";
import style from "./review.module.css";

export default function ReviewScreen() {
  const t = text.review;
  useTitle(t.title);
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<string | null>(null);
  const next = useQuery({
    queryKey: ["review-next"],
    queryFn: () => call<Review | null>("POST", "/reviews/next", { body: {} }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const again = (said: string | null) => {
    setOutcome(said);
    void queries.resetQueries({ queryKey: ["review-next"] });
  };
  return (
    <Loaded
      query={next}
      empty={(task) =>
        task ? null : (
          <Screen title={t.title}>
            {outcome && <Notice tone="ok">{t.outcomes[outcome] ?? outcome}</Notice>}
            <Empty title={t.emptyTitle} icon={<GitCompare size={22} aria-hidden="true" />}>
              <p>{t.empty}</p>
              <Button onClick={() => again(null)}>{text.station.lookAgain}</Button>
            </Empty>
            <Differences />
          </Screen>
        )
      }
    >
      {(task) => task && <Rekey key={task.claim.document.id} task={task} outcome={outcome} onDone={again} />}
    </Loaded>
  );
}

function Rekey({ task, outcome, onDone }: { task: Review; outcome: string | null; onDone(outcome: string): void }) {
  const t = text.review;
  const document = task.claim.document;
  const pages = document.pages.filter((page) => !page.hidden);
  const [position, setPosition] = useState(pages[0]?.position ?? 1);
  const [values, setValues] = useState<Record<string, string>>({});
  const controls = useRef<ViewerControls>(null);
  const page = document.pages.find((each) => each.position === position) ?? null;
  const send = useMutation({
    mutationFn: () =>
      call<Schemas["OutcomeView"]>("POST", `/reviews/${document.id}`, {
        body: { values, lease: task.claim.lease.token },
      }),
    onSuccess: (answer) => onDone(answer?.outcome ?? "agreed"),
  });
  const go = (by: number) => {
    const next = pages[pages.findIndex((each) => each.position === position) + by];
    if (next) setPosition(next.position);
  };
  const turn = useMemo(() => page?.turn ?? 0, [page]);
  useKeys({
    previousPage: () => go(-1),
    nextPage: () => go(1),
    fit: () => controls.current?.toggleFit(),
    zoomIn: () => controls.current?.zoom(1.3),
    zoomOut: () => controls.current?.zoom(1 / 1.3),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    // A page may show no birth date; it always has a number.
    const empty = task.rekey.find((name) => name !== "birth_date" && !values[name]?.trim());
    if (empty) window.document.getElementsByName(empty)[0]?.focus();
    else send.mutate();
  }
  return (
    <div className={station.station} data-review={document.id}>
      <Thumbnails station={{ ...document, pages, splits_suggested: [] }} current={position} onChoose={setPosition} />
      <PageViewer
        page={page && { ...page, turn }}
        ahead={pages.filter((each) => Math.abs(each.position - position) === 1)}
        label={page ? text.viewer.page(page.position, document.pages.length) : text.viewer.nothing}
        controls={controls}
      />
      <section className={style.pane} aria-label={t.title}>
        <h1>{t.title}</h1>
        <p className={parts.hint}>{t.lead}</p>
        {outcome && <Notice tone={outcome === "differs" ? "check" : "ok"}>{t.outcomes[outcome] ?? outcome}</Notice>}
        <form className={parts.stack} onSubmit={submit} data-own-enter>
          {task.rekey.map((name, index) => (
            <TextField
              key={name}
              name={name}
              label={t.fields[name] ?? text.kindName(name)}
              hint={name === "birth_date" ? t.dateHint : undefined}
              autoComplete="off"
              spellCheck={false}
              autoFocus={index === 0}
              value={values[name] ?? ""}
              onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              onKeyDown={(event) => {
                // Enter goes to the next empty field, and sends from the last.
                const next = task.rekey[index + 1];
                if (event.key === "Enter" && next && !values[next]?.trim()) {
                  event.preventDefault();
                  window.document.getElementsByName(next)[0]?.focus();
                }
              }}
            />
          ))}
          <Fault error={send.error} />
          <Button type="submit" look="primary" disabled={send.isPending}>
            {t.send}
          </Button>
        </form>
      </section>
    </div>
  );
}
