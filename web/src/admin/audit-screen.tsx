/** The audit log: every entry, whether the chain holds, and the proof of each. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ScrollText, ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import type { Page } from "../api/types";
import { Badge, Button, Card, Dialog, Hidden, parts, Screen } from "../design/parts";
import { Empty, Failed, Loaded, Skeleton } from "../design/states";
import { type Column, LongTable } from "../design/table";
import { text } from "../text";
import { time } from "../text/dates";
import style from "./admin.module.css";
import { Details } from "./details";
import { personName } from "./list";

interface AuditEntry {
  number: number;
  at: string;
  actor?: { name?: string } | string | null;
  kind?: string;
  summary?: string | null;
  entry?: unknown;
  facts?: unknown;
}

interface AuditStatus {
  size: number;
  root?: string;
  checked_at?: string | null;
  intact?: boolean;
  checkpoint?: { size?: number; at?: string | null } | null;
}

export default function AuditScreen() {
  const t = text.audit;
  const [shown, show] = useState<AuditEntry | null>(null);
  const [proved, prove] = useState<number | null>(null);
  const status = useQuery({ queryKey: ["audit-status"], queryFn: () => call<AuditStatus>("GET", "/audit/status") });
  const log = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam }) => call<Page<AuditEntry>>("GET", "/audit", { query: { after: pageParam, limit: 200 } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const rows = log.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: Column<AuditEntry>[] = [
    { title: t.number, width: "90px", numeric: true, cell: (row) => <code>{row.number}</code> },
    { title: t.when, width: "180px", cell: (row) => time(row.at) },
    { title: t.who, width: "minmax(120px, 1fr)", cell: (row) => personName(row.actor) },
    { title: t.what, width: "minmax(120px, 1fr)", cell: (row) => text.kindName(row.kind ?? "") },
    {
      title: t.detail,
      width: "minmax(160px, 3fr)",
      cell: (row) => (
        <button type="button" className={parts.button} onClick={() => show(row)}>
          {row.summary ?? text.common.open}
          <Hidden> {t.entryTitle(row.number)}</Hidden>
        </button>
      ),
    },
    {
      title: t.proof,
      width: "96px",
      cell: (row) => (
        <Button look="quiet" onClick={() => prove(row.number)}>
          {t.proof}
        </Button>
      ),
    },
  ];
  return (
    <Screen title={t.title} lead={t.lead}>
      <Card>
        <Loaded query={status}>
          {(data) => (
            <div className={parts.row}>
              {data.intact === false ? (
                <Badge tone="verify">
                  <ShieldAlert size={15} aria-hidden="true" /> {t.broken}
                </Badge>
              ) : (
                <Badge tone="ok">
                  <ShieldCheck size={15} aria-hidden="true" /> {t.intact}
                </Badge>
              )}
              <span>{t.status(data.size, time(data.checked_at) || "–")}</span>
              {data.root && (
                <span className={parts.muted}>
                  {t.root} <code>{data.root.slice(0, 16)}…</code>
                </span>
              )}
              {data.checkpoint && (
                <span className={parts.muted}>
                  {t.checkpoint} {text.number(data.checkpoint.size ?? 0)} · {time(data.checkpoint.at)}
                </span>
              )}
            </div>
          )}
        </Loaded>
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
            keyOf={(row) => String(row.number)}
            total={status.data?.size}
            onNearEnd={() => {
              if (log.hasNextPage && !log.isFetchingNextPage) void log.fetchNextPage();
            }}
          />
        )}
      </Card>
      {shown && (
        <Dialog title={t.entryTitle(shown.number)} onClose={() => show(null)} wide>
          <Details value={shown.entry ?? shown.facts ?? shown} />
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
