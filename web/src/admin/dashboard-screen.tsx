/** How the work stands: backlog, throughput, findings, fixity, and what failed. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, Clock } from "lucide-react";
import { lazy, Suspense } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import { may, useSession } from "../app/session";
import { Figure, Figures, Meter } from "../design/figure";
import { Button, Card, parts } from "../design/parts";
import { Fault, Loaded, Notice, Skeleton } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { age, time } from "../text/dates";
import style from "./admin.module.css";
import { useEvents } from "./events";
import { firstPlace, Oversight } from "./oversight";

const HoursChart = lazy(() => import("./hours-chart"));
const OLD = 48 * 3600;

interface Dashboard {
  backlog: {
    documents_to_verify: number;
    documents_reading: number;
    files_waiting: number;
    pages_waiting: number;
    deposits_waiting: number;
    oldest_age_seconds?: number | null;
  };
  throughput: {
    pages_last_hours: number;
    pages_by_hour: { hour: string; pages: number }[];
    accepted_last_hour: number;
    accepted_last_day: number;
  };
  findings: { pages: number; pages_without_reliable_text: number; pages_waiting: number };
  failures: {
    pages_failed: number;
    pages_rejected: number;
    files_rejected: number;
    deposits_failed: number;
    deposits: { record: string; version: number; attempts: number; failure?: string | null }[];
  };
  fixity?: {
    archive: { records: number; newest?: string | null };
    damaged: unknown[];
    alerts: { message?: string; kind?: string }[];
  } | null;
}

export default function DashboardScreen() {
  const { session } = useSession();
  return may(session, "operate") ? <Overview /> : <Navigate to={firstPlace(session)} replace />;
}

function Overview() {
  const t = text.dashboard;
  useEvents(["dashboard"]);
  const dashboard = useQuery({
    queryKey: ["dashboard"],
    queryFn: () => call<Dashboard>("GET", "/dashboard"),
    refetchInterval: 60_000,
  });
  return (
    <Oversight title={t.title} lead={t.lead}>
      <Loaded query={dashboard}>
        {({ backlog, throughput, findings, failures, fixity }) => {
          const oldest = backlog.oldest_age_seconds ?? 0;
          const damaged = fixity?.damaged.length ?? 0;
          // What nobody has read again yet is not known to be sound.
          const checked = Boolean(fixity?.archive.newest);
          return (
            <>
              <Figures>
                <Figure
                  label={t.ready}
                  value={text.number(backlog.documents_to_verify)}
                  tone={oldest > OLD ? "verify" : undefined}
                  note={
                    backlog.documents_to_verify > 0 && (
                      <>
                        <Clock size={14} aria-hidden="true" /> {t.oldest(age(oldest))}
                      </>
                    )
                  }
                />
                <Figure
                  label={t.accepted}
                  value={text.number(throughput.accepted_last_day)}
                  note={t.lastHour(throughput.accepted_last_hour)}
                />
                <Figure
                  label={t.perHour}
                  value={text.number(throughput.pages_last_hours)}
                  note={t.waiting(backlog.pages_waiting)}
                />
                <Figure
                  label={t.deposits}
                  value={text.number(backlog.deposits_waiting)}
                  note={t.failedDeposits(failures.deposits_failed)}
                  tone={failures.deposits_failed > 0 ? "verify" : undefined}
                />
                <Figure
                  label={t.failed}
                  value={text.number(failures.pages_failed)}
                  tone={failures.pages_failed > 0 ? "verify" : undefined}
                  note={t.rejected(failures.pages_rejected, failures.files_rejected)}
                />
                {fixity && (
                  <Figure
                    label={t.fixity}
                    value={checked || damaged > 0 ? t.fixityProblems(damaged) : t.fixityUnknown}
                    tone={damaged > 0 ? "verify" : checked ? "ok" : undefined}
                    note={
                      <>
                        {damaged > 0 && <CircleAlert size={14} aria-hidden="true" />}
                        {damaged === 0 && checked && <CircleCheck size={14} aria-hidden="true" />}
                        {t.fixityNote(fixity.archive.records, time(fixity.archive.newest))}
                      </>
                    }
                  />
                )}
              </Figures>
              {fixity?.alerts.map((alert) => (
                <Notice key={alert.message ?? alert.kind} tone="check">
                  {alert.message ?? text.kindName(alert.kind ?? "")}
                </Notice>
              ))}
              <Card title={t.hours}>
                {throughput.pages_by_hour.length === 0 ? (
                  <p className={parts.muted}>{t.noHours}</p>
                ) : (
                  <>
                    <div className={style.chart}>
                      <Suspense fallback={<Skeleton />}>
                        <HoursChart hours={throughput.pages_by_hour} />
                      </Suspense>
                    </div>
                    <details>
                      <summary>{t.hoursTable}</summary>
                      <Table
                        label={t.hours}
                        rows={throughput.pages_by_hour}
                        keyOf={(row) => row.hour}
                        columns={[
                          { title: t.hour, cell: (row) => time(row.hour) },
                          { title: t.pagesSeries, numeric: true, cell: (row) => text.number(row.pages) },
                        ]}
                      />
                    </details>
                  </>
                )}
              </Card>
              <div className={style.two}>
                <Card title={t.findings}>
                  <div className={style.bars}>
                    {(
                      [
                        [t.reliable, findings.pages - findings.pages_without_reliable_text],
                        [t.unreliable, findings.pages_without_reliable_text],
                        [t.pagesWaiting, findings.pages_waiting],
                      ] as const
                    ).map(([label, count]) => [
                      <span key={`${label}.name`}>{label}</span>,
                      <Meter
                        key={`${label}.bar`}
                        value={count}
                        of={findings.pages + findings.pages_waiting}
                        label={`${label}: ${count}`}
                      />,
                      <span key={`${label}.count`} className={parts.num}>
                        {text.number(count)}
                      </span>,
                    ])}
                  </div>
                </Card>
                <Failures />
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
  state: string;
  attempts: number;
  findings: string[];
  document?: string | null;
  batch?: string | null;
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
                  title: t.page,
                  cell: (row) => <code>{`${row.page.slice(0, 8)}:${row.page.split(":").at(-1)}`}</code>,
                },
                { title: text.common.state, cell: (row) => text.stateName(row.state) },
                { title: t.attempts, numeric: true, cell: (row) => row.attempts },
                { title: t.why, cell: (row) => row.findings.join(" ") || "–" },
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
