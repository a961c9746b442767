/** What a screen shows while it has nothing to show: loading, empty, failed, denied. */
import type { UseQueryResult } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, FileQuestion, Inbox, Info, Lock, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { asProblem, type Problem } from "../api/problem";
import { text } from "../text";
import { Button, classes, parts as style } from "./parts";

/** Appears only when loading takes longer than a glance. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return <div role="status" aria-label={text.common.loading} />;
  return (
    <div className={style.skeleton} role="status" aria-label={text.common.loading}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones are all alike
        <div key={line} className={style.bone} />
      ))}
    </div>
  );
}

export function Empty({ title, children, icon }: { title: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <div className={style.said}>
      <span className={style.saidIcon}>{icon ?? <Inbox size={22} aria-hidden="true" />}</span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function sayProblem(problem: Problem): string {
  if (problem.offline) return text.problems.offline;
  if (problem.code === "program") return text.problems.program;
  return problem.message.startsWith("HTTP ") ? text.problems.unknown : problem.message;
}

export function Failed({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const problem = asProblem(error);
  if (problem.status === 403) return <DeniedState permission={problem.permission ?? problem.message} />;
  if (problem.status === 404)
    return (
      <Empty title={text.problems.notFoundTitle} icon={<FileQuestion size={22} aria-hidden="true" />}>
        <p>{text.problems.notFound}</p>
      </Empty>
    );
  return (
    <div className={style.said} role="alert">
      <span className={style.saidIcon}>
        <CircleAlert size={22} aria-hidden="true" />
      </span>
      <h2>{text.problems.title}</h2>
      <p>{sayProblem(problem)}</p>
      {problem.requestId && (
        <p>
          <code>{text.problems.requestId(problem.requestId)}</code>
          <br />
          {text.problems.tellSupport}
        </p>
      )}
      {retry && <Button onClick={retry}>{text.common.retry}</Button>}
    </div>
  );
}

export function DeniedState({ permission }: { permission: string }) {
  const name = text.permissions[permission.replaceAll("-", "_")] ?? permission;
  return (
    <div className={style.said}>
      <span className={style.saidIcon}>
        <Lock size={22} aria-hidden="true" />
      </span>
      <h1>{text.problems.deniedTitle}</h1>
      <p>{text.problems.denied(name)}</p>
    </div>
  );
}

/** Shows a query's answer, or why there is none yet. */
export function Loaded<T>(props: {
  query: UseQueryResult<T, Error>;
  empty?: (data: T) => ReactNode | null;
  children: (data: T) => ReactNode;
}) {
  const { query } = props;
  if (query.data !== undefined) return <>{props.empty?.(query.data) ?? props.children(query.data)}</>;
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton />;
}

export type NoticeTone = "verify" | "check" | "ok" | "info";
const ICONS = { verify: CircleAlert, check: TriangleAlert, ok: CircleCheck, info: Info };

export function Notice({
  tone = "info",
  children,
  actions,
}: {
  tone?: NoticeTone;
  children: ReactNode;
  actions?: ReactNode;
}) {
  const Icon = ICONS[tone];
  const look = { verify: style.noticeVerify, check: style.noticeCheck, ok: style.noticeOk, info: undefined }[tone];
  return (
    <div className={classes(style.notice, look)} role={tone === "verify" ? "alert" : "status"}>
      <Icon size={18} aria-hidden="true" />
      <div className={style.noticeBody}>{children}</div>
      {actions && <div className={style.row}>{actions}</div>}
    </div>
  );
}

/** What went wrong with something a person asked for, beside the button that asked. */
export function Fault({ error }: { error: unknown }) {
  if (!error) return null;
  const problem = asProblem(error);
  return (
    <Notice tone="verify">
      {sayProblem(problem)}
      {problem.requestId && (
        <>
          {" "}
          <code>{text.problems.requestId(problem.requestId)}</code>
        </>
      )}
    </Notice>
  );
}
