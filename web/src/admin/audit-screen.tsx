/** The audit log: every entry, whether the chain holds, and the proof of each. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ScrollText, ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Page } from "../api/types";
import { may, useSession } from "../app/session";
import { Badge, Button, Card, Dialog, Hidden, parts, Screen } from "../design/parts";
import { Empty, Failed, Loaded, Skeleton } from "../design/states";
import { type Column, LongTable } from "../design/table";
import { text } from "../text";
import { time } from "../text/dates";
import style from "./admin.module.css";
import { Details } from "./details";

interface AuditEntry {
  sequence: number;
  at: string;
  actor: "program" | { person: string };
  fact: { about: string; fact: string | Record<string, unknown> };
}

interface AuditStatus {
  origin?: string | null;
  entries: number;
  root: string;
  signed_entries: number;
  not_shipped: number;
  fits: boolean;
  findings: unknown[];
}

const PART = 200;

/** What happened, in one word or two: "access: record viewed". */
function kindOf(entry: AuditEntry): string {
  const { fact } = entry.fact;
  return text.kindName(typeof fact === "string" ? fact : (Object.keys(fact)[0] ?? ""));
}

/** The part before: the log is given from its beginning, people read it from its end. */
function partBefore(page: { items: AuditEntry[] }): string | undefined {
  const first = page.items[0]?.sequence ?? 0;
  return first > 0 ? String(Math.max(0, first - PART - 1)) : undefined;
}

export default function AuditScreen() {
  const t = text.audit;
  const { session } = useSession();
  const [shown, show] = useState<AuditEntry | null>(null);
  const [proved, prove] = useState<number | null>(null);
  const status = useQuery({ queryKey: ["audit-status"], queryFn: () => call<AuditStatus>("GET", "/audit/status") });
  const log = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam }) => call<Page<AuditEntry>>("GET", "/audit", { query: { after: pageParam, limit: PART } }),
    initialPageParam: `-${PART}`,
    getNextPageParam: partBefore,
  });
  const people = useQuery({
    queryKey: ["people-names"],
    queryFn: () => listOf<{ id: string; name: string }>("/people"),
    retry: false,
  });
  const names = new Map(people.data?.map((each) => [each.id, each.name]));
  const seen = new Set<number>();
  // Newest first; parts overlap where the beginning is near.
  const rows = (log.data?.pages ?? [])
    .flatMap((page) => [...page.items].reverse())
    .filter((row) => !seen.has(row.sequence) && seen.add(row.sequence));
  const columns: Column<AuditEntry>[] = [
    { title: t.number, width: "90px", numeric: true, cell: (row) => <code>{row.sequence}</code> },
    { title: t.when, width: "180px", cell: (row) => time(row.at) },
    {
      title: t.who,
      width: "minmax(120px, 1fr)",
      cell: (row) =>
        row.actor === "program" ? t.program : (names.get(row.actor.person) ?? row.actor.person.slice(0, 8)),
    },
    { title: t.about, width: "minmax(100px, 1fr)", cell: (row) => text.kindName(row.fact.about) },
    {
      title: t.detail,
      width: "minmax(160px, 3fr)",
      cell: (row) => (
        <button type="button" className={parts.button} onClick={() => show(row)}>
          {kindOf(row)}
          <Hidden> {t.entryTitle(row.sequence)}</Hidden>
        </button>
      ),
    },
    {
      title: t.proof,
      width: "96px",
      cell: (row) => (
        <Button look="quiet" onClick={() => prove(row.sequence)}>
          {t.proof}
        </Button>
      ),
    },
  ];
  return (
    <Screen
      title={t.title}
      lead={t.lead}
      actions={may(session, "report_access") && <Link to="/audit/access">{text.access.title}</Link>}
    >
      <Card>
        {status.error ? (
          <p className={parts.muted}>{t.noStatus}</p>
        ) : (
          <Loaded query={status}>
            {(data) => (
              <div className={parts.row}>
                {!data.fits ? (
                  <Badge tone="verify">
                    <ShieldAlert size={15} aria-hidden="true" /> {t.broken}
                  </Badge>
                ) : (
                  <Badge tone="ok">
                    <ShieldCheck size={15} aria-hidden="true" /> {t.intact}
                  </Badge>
                )}
                <span>{t.status(data.entries, data.signed_entries)}</span>
                <span className={parts.muted}>
                  {t.root} <code>{data.root.slice(0, 16)}…</code>
                </span>
                {data.not_shipped > 0 && <span className={parts.muted}>{t.notShipped(data.not_shipped)}</span>}
              </div>
            )}
          </Loaded>
        )}
      </Card>
      <Card>
        {log.error && !log.data ? (
          <Failed error={log.error} retry={() => void log.refetch()} />
        ) : !log.data ? (
          <Skeleton />
        ) : rows.length === 0 ? (
          <Empty title={t.emptyTitle} icon={<ScrollText size={22} aria-hidden="true" />}>
            <p>{t.empty}</p>
          </Empty>
        ) : (
          <LongTable
            label={t.title}
            columns={columns}
            rows={rows}
            keyOf={(row) => String(row.sequence)}
            total={status.data?.entries}
            onNearEnd={() => {
              if (log.hasNextPage && !log.isFetchingNextPage) void log.fetchNextPage();
            }}
          />
        )}
      </Card>
      {shown && (
        <Dialog title={t.entryTitle(shown.sequence)} onClose={() => show(null)} wide>
          <Details value={shown} />
        </Dialog>
      )}
      {proved !== null && <Proof number={proved} onClose={() => prove(null)} />}
    </Screen>
  );
}

function Proof({ number, onClose }: { number: number; onClose(): void }) {
  const t = text.audit;
  const proof = useQuery({
    queryKey: ["proof", number],
    queryFn: () => call<unknown>("GET", `/audit/${number}/proof`),
  });
  return (
    <Dialog title={t.proofTitle(number)} onClose={onClose} wide>
      <p>{t.proofLead}</p>
      <Loaded query={proof}>
        {(data) => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          <pre className={style.json} tabIndex={0}>
            {JSON.stringify(data, null, 2)}
          </pre>
        )}
      </Loaded>
    </Dialog>
  );
}
