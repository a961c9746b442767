/** Search: the words, what narrows them, the passages, and the page with its hits. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { CircleCheck, FileSearch, FileText, TriangleAlert } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { call } from "../api/client";
import { asProblem } from "../api/problem";
import type { Hit, SearchAnswer } from "../api/types";
import { Badge, Button, classes, parts, useTitle } from "../design/parts";
import { Empty, Failed, Skeleton } from "../design/states";
import { leaveFocus, useKeys } from "../keys/handler";
import { Kbd } from "../keys/kbd";
import { text } from "../text";
import { day } from "../text/dates";
import { HitMarks } from "../viewer/marks";
import { PageViewer, type ViewerControls } from "../viewer/page-viewer";
import { Thumbnail } from "../viewer/thumbnail";
import { Facets, FILTERS, type Filters } from "./facets";
import { Saved } from "./saved";
import style from "./search.module.css";

const LIMIT = 25;

export default function SearchScreen() {
  const t = text.search;
  useTitle(t.title);
  const said = useSearch({ strict: false }) as Filters;
  const navigate = useNavigate();
  const [words, setWords] = useState(said.q ?? "");
  const [at, setAt] = useState(0);
  const [box, setBox] = useState(0);
  const controls = useRef<ViewerControls>(null);
  useEffect(() => setWords(said.q ?? ""), [said.q]);

  const started = performance.now();
  const search = useInfiniteQuery({
    queryKey: ["search", said],
    enabled: Boolean(said.q),
    queryFn: async ({ pageParam, signal }) => {
      const answer = await call<SearchAnswer>("GET", "/search", {
        query: { ...said, after: pageParam, limit: LIMIT },
        signal,
      });
      return { ...answer, took: Math.round(performance.now() - started) };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const first = search.data?.pages[0];
  const hits = search.data?.pages.flatMap((page) => page.items) ?? [];
  const hit = hits[at];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = search;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search starts at its first hit
  useEffect(() => setAt(0), [said]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another hit starts at its first box
  useEffect(() => {
    setBox(0);
    document.querySelector(`[data-hit="${at}"]`)?.scrollIntoView({ block: "nearest" });
    if (at >= hits.length - 5 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [at]);

  const go = (filters: Filters) => void navigate({ to: "/search", search: filters as Record<string, string> });
  const step = (by: number) => setAt((now) => Math.max(0, Math.min(hits.length - 1, now + by)));
  const stepBox = (by: number) => {
    if (!hit || hit.boxes.length === 0) return;
    const next = (box + by + hit.boxes.length) % hit.boxes.length;
    setBox(next);
    const rect = hit.boxes[next]?.rect;
    if (rect) controls.current?.reveal(rect);
  };
  useKeys({
    leaveField: leaveFocus,
    nextHit: () => step(1),
    previousHit: () => step(-1),
    nextHitPage: () => stepBox(1),
    previousHitPage: () => stepBox(-1),
    fit: () => controls.current?.toggleFit(),
    zoomIn: () => controls.current?.zoom(1.3),
    zoomOut: () => controls.current?.zoom(1 / 1.3),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const { q: _, ...rest } = said;
    go(words.trim() ? { ...rest, q: words.trim() } : {});
  }

  const wrong = search.error && asProblem(search.error).code === "query-wrong" ? asProblem(search.error) : null;
  return (
    <div className={style.screen}>
      <section className={style.side} aria-label={t.title}>
        <form className={style.form} onSubmit={submit} data-own-enter role="search">
          <label htmlFor="search-words" className={style.title}>
            <h1>{t.heading}</h1>
            <Kbd of="focusSearch" />
          </label>
          <input
            id="search-words"
            type="search"
            className={parts.input}
            value={words}
            autoFocus={!said.q}
            autoComplete="off"
            spellCheck={false}
            placeholder={t.placeholder}
            aria-invalid={wrong ? true : undefined}
            aria-describedby={wrong ? "search-wrong" : undefined}
            onChange={(event) => setWords(event.target.value)}
          />
          {wrong && (
            <p id="search-wrong" className={parts.fault} role="alert">
              {wrong.message}
            </p>
          )}
          <Chosen filters={said} onChange={go} />
        </form>
        {!said.q && <Saved onOpen={go} current={null} />}
        {search.isLoading && <Skeleton />}
        {search.error && !wrong && <Failed error={search.error} retry={() => void search.refetch()} />}
        {first && (
          <>
            <p className={style.counts} role="status">
              {t.counts(first.documents, first.pages, first.took)}
            </p>
            <p className={classes(style.unread, first.pages_without_reliable_text === 0 && style.read)}>
              {first.pages_without_reliable_text > 0 ? (
                <TriangleAlert size={15} aria-hidden="true" />
              ) : (
                <CircleCheck size={15} aria-hidden="true" />
              )}
              {first.pages_without_reliable_text > 0
                ? t.unread(first.pages_without_reliable_text, first.pages_in_scope)
                : t.allRead(first.pages_in_scope)}
            </p>
            <Facets facets={first.facets} filters={said} onChange={go} />
            <Saved onOpen={go} current={said} />
            {hits.length === 0 ? (
              <Empty title={t.emptyTitle} icon={<FileSearch size={22} aria-hidden="true" />}>
                <p>{t.empty}</p>
              </Empty>
            ) : (
              <ol className={style.hits} aria-label={t.results}>
                {hits.map((each, index) => (
                  <li key={`${each.document}.${each.page}`} data-hit={index}>
                    <HitRow hit={each} chosen={index === at} onChoose={() => setAt(index)} />
                  </li>
                ))}
              </ol>
            )}
            {hasNextPage && (
              <Button onClick={() => void fetchNextPage()} disabled={isFetchingNextPage}>
                {text.common.more}
              </Button>
            )}
          </>
        )}
      </section>
      <section className={style.page} aria-label={t.page}>
        {hit ? (
          <>
            <PageViewer
              page={{ image: hit.image, width: hit.width, height: hit.height, turn: 0 }}
              ahead={[hits[at + 1], hits[at - 1]].flatMap((each) => (each ? [{ ...each, turn: 0 }] : []))}
              label={`${text.kindName(hit.title)}, ${text.viewer.thumbnail(hit.position)}`}
              controls={controls}
            >
              <HitMarks rects={hit.boxes.map((each) => each.rect)} current={box} />
            </PageViewer>
            <div className={style.caption}>
              <strong>{text.kindName(hit.title)}</strong>
              <span>
                {[hit.patient, day(hit.date), text.viewer.thumbnail(hit.position), t.hitsHere(hit.boxes.length)]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              <span className={style.walk}>
                <Kbd of="previousHitPage" />
                <Kbd of="nextHitPage" />
              </span>
              {hit.record ? (
                <Link className={parts.button} to="/records/$record" params={{ record: hit.record }}>
                  {t.openRecord}
                </Link>
              ) : (
                <Link className={parts.button} to="/documents/$document" params={{ document: hit.document }}>
                  {t.openDocument}
                </Link>
              )}
            </div>
          </>
        ) : (
          <Empty title={said.q ? t.emptyTitle : t.startTitle} icon={<FileText size={22} aria-hidden="true" />}>
            <p>{said.q ? t.empty : t.start}</p>
          </Empty>
        )}
      </section>
    </div>
  );
}

function HitRow({ hit, chosen, onChoose }: { hit: Hit; chosen: boolean; onChoose(): void }) {
  return (
    <button
      type="button"
      className={classes(style.hit, chosen && style.chosen)}
      aria-current={chosen ? "true" : undefined}
      onClick={onChoose}
    >
      <span className={style.thumb}>
        <Thumbnail
          page={{ image: hit.image, width: hit.width, height: hit.height, turn: 0 }}
          label={text.viewer.thumbnail(hit.position)}
          width={56}
          hits={hit.boxes.map((box) => box.rect)}
        />
      </span>
      <span className={style.body}>
        <span>
          <strong>{text.kindName(hit.title)}</strong>{" "}
          <span className={parts.muted}>
            {[day(hit.date), text.search.pageShort(hit.position)].filter(Boolean).join(" · ")}
          </span>
        </span>
        {hit.patient && <span className={parts.muted}>{hit.patient}</span>}
        {hit.passages.slice(0, 2).map((passage, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: passages do not move
          <span key={index} className={style.passage}>
            {passage.pieces.map((piece, place) =>
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces do not move
              piece.match ? <mark key={place}>{piece.text}</mark> : <span key={place}> {piece.text} </span>,
            )}
          </span>
        ))}
      </span>
    </button>
  );
}

function Chosen({ filters, onChange }: { filters: Filters; onChange(filters: Filters): void }) {
  const chosen = FILTERS.filter((name) => filters[name]);
  if (chosen.length === 0) return null;
  return (
    <ul className={style.chips} aria-label={text.search.filters}>
      {chosen.map((name) => (
        <li key={name}>
          <button
            type="button"
            className={style.chip}
            onClick={() => {
              const { [name]: _, ...rest } = filters;
              onChange(rest);
            }}
          >
            <Badge tone="info">
              {text.search.facetNames[name] ?? name}: {text.kindName(filters[name] ?? "")}{" "}
              <span aria-hidden="true">×</span>
              <span className={parts.hidden}> {text.common.remove}</span>
            </Badge>
          </button>
        </li>
      ))}
    </ul>
  );
}
