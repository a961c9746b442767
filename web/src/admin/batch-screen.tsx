/** One batch: whether its pages add up, its files, its failures. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { call } from "../api/client";
import { may, useSession } from "../app/session";
import { Figure, Figures } from "../design/figure";
import { Badge, Button, Card, parts } from "../design/parts";
import { Fault, Loaded } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import type { BatchRow } from "./batches-screen";
import { useEvents } from "./events";
import { Oversight } from "./oversight";

interface Batch extends BatchRow {
  files?: { name?: string; file?: string; pages?: number; state?: string; outcome?: string; message?: string | null }[];
  batch?: BatchRow;
}

export default function BatchScreen() {
  const t = text.batches;
  const { batch: id } = useParams({ strict: false }) as { batch: string };
  const { session } = useSession();
  const queries = useQueryClient();
  useEvents(["batch", id]);
  const batch = useQuery({
    queryKey: ["batch", id],
    queryFn: () => call<Batch>("GET", `/batches/${id}`),
    refetchInterval: 15_000,
  });
  const retry = useMutation({
    mutationFn: () => call("POST", `/batches/${id}/retry`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["batch", id] }),
  });
  const shown = batch.data ? { ...batch.data.batch, ...batch.data } : undefined;
  return (
    <Oversight
      title={shown?.name ?? t.title}
      lead={<Link to="/oversight/batches">{t.back}</Link>}
      actions={
        may(session, "operate") && (
          <Button onClick={() => retry.mutate()} disabled={retry.isPending || !shown?.failed}>
            {t.retry}
          </Button>
        )
      }
    >
      <Fault error={retry.error} />
      <Loaded query={batch}>
        {() =>
          shown && (
            <>
              <Figures>
                <Figure
                  label={t.pages}
                  value={text.number(shown.pages ?? 0)}
                  note={<Badge>{text.stateName(shown.state ?? "open")}</Badge>}
                />
                <Figure label={t.progress} value={text.number(shown.read ?? 0)} />
                <Figure
                  label={text.dashboard.failed}
                  value={text.number(shown.failed ?? 0)}
                  tone={shown.failed ? "verify" : undefined}
                />
                <Figure label={text.work.rejected} value={text.number(shown.rejected ?? 0)} />
                <Figure label={t.documents} value={text.number(shown.documents ?? 0)} />
                <Figure label={t.verified} value={text.number(shown.accepted ?? 0)} />
              </Figures>
              {shown.files && shown.files.length > 0 && (
                <Card title={t.files}>
                  <Table
                    label={t.files}
                    rows={shown.files}
                    keyOf={(row) => `${row.name ?? row.file}`}
                    columns={[
                      { title: t.name, cell: (row) => row.name ?? row.file },
                      { title: t.pages, numeric: true, cell: (row) => row.pages ?? "–" },
                      { title: t.state, cell: (row) => text.stateName(row.state ?? row.outcome ?? "") },
                      {
                        title: text.dashboard.why,
                        cell: (row) => <span className={parts.muted}>{row.message ?? ""}</span>,
                      },
                    ]}
                  />
                </Card>
              )}
            </>
          )
        }
      </Loaded>
    </Oversight>
  );
}
