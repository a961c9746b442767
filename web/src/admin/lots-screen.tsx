/** Lots: a sample of each is checked before anything is archived. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Boxes } from "lucide-react";
import { call } from "../api/client";
import { may, useSession } from "../app/session";
import { Badge, Button, Card, parts } from "../design/parts";
import { Empty, Fault, Loaded } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { listOf } from "./list";
import { Oversight } from "./oversight";

interface Lot {
  id: string;
  state: string;
  batch?: { name?: string } | string | null;
  documents?: number | unknown[];
  sample?: number | unknown[];
  checked?: number;
  defects?: number | unknown[];
  accept?: number;
}

const count = (value: number | unknown[] | undefined) => (Array.isArray(value) ? value.length : (value ?? 0));

export default function LotsScreen() {
  const t = text.lots;
  const { session } = useSession();
  const queries = useQueryClient();
  const lots = useQuery({ queryKey: ["lots"], queryFn: () => listOf<Lot>("/lots") });
  const decide = useMutation({
    mutationFn: ({ id, what }: { id: string; what: "release" | "hold" }) => call("POST", `/lots/${id}/${what}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["lots"] }),
  });
  return (
    <Oversight title={t.title} lead={t.lead}>
      <Fault error={decide.error} />
      <Card>
        <Loaded
          query={lots}
          empty={(all) =>
            all.length === 0 ? (
              <Empty title={t.emptyTitle} icon={<Boxes size={22} aria-hidden="true" />}>
                <p>{t.empty}</p>
              </Empty>
            ) : null
          }
        >
          {(all) => (
            <Table
              label={t.title}
              rows={all}
              keyOf={(row) => row.id}
              columns={[
                {
                  title: t.batch,
                  cell: (row) => (typeof row.batch === "string" ? row.batch : (row.batch?.name ?? row.id.slice(0, 8))),
                },
                { title: text.common.state, cell: (row) => <Badge>{text.stateName(row.state)}</Badge> },
                { title: t.documents, numeric: true, cell: (row) => text.number(count(row.documents)) },
                { title: t.sample, numeric: true, cell: (row) => text.number(count(row.sample)) },
                { title: t.checked, numeric: true, cell: (row) => text.number(row.checked ?? 0) },
                { title: t.defects, numeric: true, cell: (row) => text.number(count(row.defects)) },
                { title: t.limit, numeric: true, cell: (row) => row.accept ?? "–" },
                {
                  title: text.people.actions,
                  cell: (row) =>
                    may(session, "decide_lots") && ["drawn", "checked", "open", "inspecting"].includes(row.state) ? (
                      <span className={parts.row}>
                        <Button onClick={() => decide.mutate({ id: row.id, what: "release" })}>{t.release}</Button>
                        <Button look="danger" onClick={() => decide.mutate({ id: row.id, what: "hold" })}>
                          {t.hold}
                        </Button>
                      </span>
                    ) : null,
                },
              ]}
            />
          )}
        </Loaded>
      </Card>
    </Oversight>
  );
}
