/** How the work stands: backlog, throughput, findings, fixity, and what failed. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Clock, Gavel } from "lucide-react";
import { lazy, Suspense } from "react";
import { call } from "../api/client";
import { may, useSession } from "../app/session";
import { Figure, Figures, Meter } from "../design/figure";
import { Button, Card, parts } from "../design/parts";
import { Fault, Loaded, Skeleton } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { age, day, time } from "../text/dates";
import style from "./admin.module.css";
import { useEvents } from "./events";
import { listOf } from "./list";
import { Oversight } from "./oversight";

const DaysChart = lazy(() => import("./days-chart"));
const OLD = 48 * 3600;

export interface Day {
  day: string;
  accepted: number;
  rejected?: number;
  pages?: number;
}

interface Dashboard {
  backlog: {
    ready: number;
    second_review?: number;
    postponed?: number;
    failed?: number;
    oldest_seconds?: number | null;
  };
  today: { accepted: number; pages?: number; pages_per_hour?: number | null };
  days?: Day[];
  findings?: { kind: string; count: number }[];
  fixity?: { checked?: number; objects?: number; problems: number; last_at?: string | null } | null;
  holds?: number;
  due?: number;
}

export default function DashboardScreen() {
  const t = text.dashboard;
  const { session } = useSession();
  useEvents(["dashboard"]);
  const dashboard = useQuery({
    queryKey: ["dashboard"],
    queryFn: () => call<Dashboard>("GET", "/dashboard"),
    refetchInterval: 60_000,
  });
  return (
    <Oversight title={t.title} lead={t.lead}>
      <Loaded query={dashboard}>
        {({ backlog, today, days, findings, fixity, holds, due }) => {
          const oldest = backlog.oldest_seconds ?? 0;
          const most = Math.max(1, ...(findings ?? []).map((each) => each.count));
          return (
            <>
              <Figures>
                <Figure
                  label={t.ready}
                  value={text.number(backlog.ready)}
                  tone={oldest > OLD ? "verify" : undefined}
                  note={
                    <>
                      <Clock size={14} aria-hidden="true" /> {t.oldest(age(oldest))}
                    </>
                  }
                />
                <Figure
                  label={t.accepted}
                  value={text.number(today.accepted)}
                  note={text.common.pages(today.pages ?? 0)}
                />
                <Figure
                  label={t.perHour}
                  value={typeof today.pages_per_hour === "number" ? today.pages_per_hour.toFixed(0) : "–"}
                />
                <Figure label={t.secondReview} value={text.number(backlog.second_review ?? 0)} />
                {fixity && (
                  <Figure
                    label={t.fixity}
                    value={t.fixityProblems(fixity.problems)}
                    tone={fixity.problems > 0 ? "verify" : "ok"}
                    note={
                      <>
                        {fixity.problems > 0 ? (
                          <CircleAlert size={14} aria-hidden="true" />
                        ) : (
                          <CircleCheck size={14} aria-hidden="true" />
                        )}
                        {t.fixityNote(fixity.checked ?? fixity.objects ?? 0, time(fixity.last_at) || "–")}
                      </>
                    }
                  />
                )}
                {typeof due === "number" && <Figure label={t.due} value={text.number(due)} note={t.dueNote} />}
                {typeof holds === "number" && (
                  <Figure label={t.holds} value={text.number(holds)} note={<Gavel size={14} aria-hidden="true" />} />
                )}
              </Figures>
              {days && days.length > 1 && (
                <Card title={t.days}>
                  <div className={style.chart}>
                    <Suspense fallback={<Skeleton />}>
                      <DaysChart days={days} />
                    </Suspense>
                  </div>
                  <details>
                    <summary>{t.daysTable}</summary>
                    <Table
                      label={t.days}
                      rows={days}
                      keyOf={(row) => row.day}
                      columns={[
                        { title: t.day, cell: (row) => day(row.day) },
                        { title: t.acceptedSeries, numeric: true, cell: (row) => text.number(row.accepted) },
                        { title: t.rejectedSeries, numeric: true, cell: (row) => text.number(row.rejected ?? 0) },
                      ]}
                    />
                  </details>
                </Card>
              )}
              <div className={style.two}>
                <Card title={t.findings}>
                  {!findings || findings.length === 0 ? (
                    <p className={parts.muted}>{t.findingsEmpty}</p>
                  ) : (
                    <div className={style.bars}>
                      {findings.map((each) => [
                        <span key={`${each.kind}.name`}>{text.kindName(each.kind)}</span>,
                        <Meter
                          key={`${each.kind}.bar`}
                          value={each.count}
                          of={most}
                          label={`${text.kindName(each.kind)}: ${each.count}`}
                        />,
                        <span key={`${each.kind}.count`}>{text.number(each.count)}</span>,
                      ])}
                    </div>
                  )}
                </Card>
                {may(session, "operate") && <Failures />}
              </div>
            </>
          );
        }}
      </Loaded>
    </Oversight>
  );
}

interface Failure {
  page: string;
  batch?: { name: string } | string | null;
  position?: number;
  attempts: number;
  error?: string | null;
  reason?: string | null;
}

function Failures() {
  const t = text.dashboard;
  const queries = useQueryClient();
  const failures = useQuery({ queryKey: ["failures"], queryFn: () => listOf<Failure>("/failures") });
  const retry = useMutation({
    mutationFn: (page: string) => call("POST", `/failures/${encodeURIComponent(page)}/retry`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["failures"] }),
  });
  return (
    <Card title={t.failures}>
      <Fault error={retry.error} />
      <Loaded
        query={failures}
        empty={(all) => (all.length === 0 ? <p className={parts.muted}>{t.failuresEmpty}</p> : null)}
      >
        {(all) => (
          <>
            <p className={parts.hint}>{t.failuresLead}</p>
            <Table
              label={t.failures}
              rows={all}
              keyOf={(row) => row.page}
              columns={[
                {
                  title: t.batch,
                  cell: (row) => (typeof row.batch === "string" ? row.batch : (row.batch?.name ?? "–")),
                },
                { title: t.page, numeric: true, cell: (row) => row.position ?? row.page.split(":").at(-1) },
                { title: t.attempts, numeric: true, cell: (row) => row.attempts },
                { title: t.why, cell: (row) => row.error ?? row.reason ?? "–" },
                {
                  title: text.common.retry,
                  cell: (row) => <Button onClick={() => retry.mutate(row.page)}>{text.common.retry}</Button>,
                },
              ]}
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}
