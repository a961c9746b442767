/** One batch: whether its pages add up, its files, its failures. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { call } from "../api/client";
import type { Batch } from "../api/types";
import { may, useSession } from "../app/session";
import { Figure, Figures } from "../design/figure";
import { Badge, Button, Card, parts } from "../design/parts";
import { Fault, Loaded } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { BatchPaper } from "./batch-paper";
import { Sheets } from "./batches-screen";
import { useEvents } from "./events";
import { Oversight } from "./oversight";

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
  const shown = batch.data;
  return (
    <Oversight
      title={shown?.name ?? t.title}
      lead={<Link to="/oversight/batches">{t.back}</Link>}
      actions={
        may(session, "label") && (
          <Button
            onClick={() => retry.mutate()}
            disabled={
              retry.isPending ||
              !shown ||
              shown.counts.pages_failed + shown.counts.files_rejected + shown.counts.pages_rejected === 0
            }
          >
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
                  value={text.number(shown.counts.pages)}
                  note={
                    <>
                      <Badge tone={shown.adds_up ? "ok" : "check"}>{shown.adds_up ? t.addsUp : t.notYet}</Badge>
                      <Sheets row={shown} />
                    </>
                  }
                />
                <Figure
                  label={t.progress}
                  value={text.number(shown.counts.pages_done)}
                  note={t.blank(shown.counts.pages_blank)}
                />
                <Figure
                  label={text.dashboard.failed}
                  value={text.number(shown.counts.pages_failed)}
                  tone={shown.counts.pages_failed ? "verify" : undefined}
                />
                <Figure
                  label={text.work.rejected}
                  value={text.number(shown.counts.pages_rejected)}
                  note={t.filesRejected(shown.counts.files_rejected)}
                />
                <Figure label={t.unreliable} value={text.number(shown.unreliable_pages)} />
              </Figures>
              <BatchPaper
                batch={id}
                paper={shown.paper}
                agrees={shown.sheets === "agree"}
                waiting={shown.counts.files_waiting + shown.counts.pages_waiting > 0}
              />
              {shown.files && shown.files.length > 0 && (
                <Card title={t.files}>
                  <Table
                    label={t.files}
                    rows={shown.files}
                    keyOf={(row) => row.delivery}
                    columns={[
                      { title: t.name, cell: (row) => row.source || "–" },
                      { title: t.pages, numeric: true, cell: (row) => text.number(row.pages) },
                      { title: t.state, cell: (row) => text.stateName(row.outcome) },
                      {
                        title: text.dashboard.why,
                        cell: (row) => (
                          <span className={parts.muted}>{row.rejects.map((each) => each.message).join(" ")}</span>
                        ),
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
