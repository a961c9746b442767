/** Whether everything works. */
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { call } from "../api/client";
import { Badge, Card, parts } from "../design/parts";
import { Loaded } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { time } from "../text/dates";
import style from "./admin.module.css";
import { Details } from "./details";
import { Oversight } from "./oversight";
import { Tickets } from "./tickets";

interface Check {
  name: string;
  good: boolean;
  message: string;
}

interface Worker {
  id: string;
  name: string;
  started_at: string;
  seen_at: string;
  stopped_at?: string | null;
}

interface Health {
  good: boolean;
  checks: Check[];
  workers: Worker[];
  version: string;
}

export default function HealthScreen() {
  const t = text.health;
  const health = useQuery({
    queryKey: ["health"],
    queryFn: () => call<Health>("GET", "/health/system"),
    refetchInterval: 30_000,
  });
  const fixity = useQuery({ queryKey: ["fixity"], queryFn: () => call<unknown>("GET", "/fixity") });
  return (
    <Oversight title={t.title} lead={t.lead}>
      <Loaded query={health}>
        {({ checks, workers, version }) => (
          <>
            <Card title={t.versionOf(version)}>
              <Table
                label={t.title}
                rows={checks}
                keyOf={(row) => row.name}
                columns={[
                  { title: t.check, cell: (row) => <strong>{text.kindName(row.name)}</strong> },
                  { title: t.state, cell: (row) => <State good={row.good} /> },
                  { title: t.detail, cell: (row) => row.message },
                ]}
              />
            </Card>
            <Card title={t.workers}>
              {workers.length === 0 ? (
                <p className={parts.muted}>{t.noWorkers}</p>
              ) : (
                <Table
                  label={t.workers}
                  rows={workers}
                  keyOf={(row) => row.id}
                  columns={[
                    { title: text.common.name, cell: (row) => row.name },
                    { title: t.started, cell: (row) => time(row.started_at) },
                    { title: t.seen, cell: (row) => time(row.seen_at) },
                    {
                      title: t.state,
                      cell: (row) => <State good={!row.stopped_at} words={row.stopped_at ? t.stopped : t.working} />,
                    },
                  ]}
                />
              )}
            </Card>
          </>
        )}
      </Loaded>
      <Tickets />
      <div className={style.two}>
        <Card title={t.fixity}>
          <p className={parts.hint}>{t.fixityLead}</p>
          <Loaded query={fixity}>{(data) => <Details value={data} />}</Loaded>
        </Card>
      </div>
    </Oversight>
  );
}

function State({ good, words }: { good: boolean; words?: string }) {
  return good ? (
    <Badge tone="ok">
      <CircleCheck size={14} aria-hidden="true" /> {words ?? text.health.good}
    </Badge>
  ) : (
    <Badge tone={words ? undefined : "verify"}>
      <CircleAlert size={14} aria-hidden="true" /> {words ?? text.health.bad}
    </Badge>
  );
}
