/** Batches: their counts, and bringing in scans. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PackageOpen, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import type { Page } from "../api/types";
import { may, useSession } from "../app/session";
import { Meter } from "../design/figure";
import { Badge, Button, Card, Dialog, DialogFoot, parts, TextField } from "../design/parts";
import { Empty, Failed, Fault, Skeleton } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { time } from "../text/dates";
import { useEvents } from "./events";
import { Oversight } from "./oversight";
import { Uploads } from "./uploads";

export interface BatchRow {
  id: string;
  name: string;
  state: string;
  expected_sheets?: number | null;
  sheets?: number | null;
  pages: number;
  read?: number;
  failed?: number;
  rejected?: number;
  documents?: number;
  accepted?: number;
  created_at?: string;
}

export default function BatchesScreen() {
  const t = text.batches;
  const { session } = useSession();
  const [making, make] = useState(false);
  useEvents(["batches"]);
  const batches = useInfiniteQuery({
    queryKey: ["batches"],
    queryFn: ({ pageParam }) => call<Page<BatchRow>>("GET", "/batches", { query: { after: pageParam, limit: 50 } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: 30_000,
  });
  const rows = batches.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Oversight
      title={t.title}
      lead={t.lead}
      actions={may(session, "label") && <Button onClick={() => make(true)}>{t.make}</Button>}
    >
      {may(session, "label") && rows.length > 0 && <Uploads batches={rows} />}
      <Card>
        {batches.error && !batches.data ? (
          <Failed error={batches.error} retry={() => void batches.refetch()} />
        ) : !batches.data ? (
          <Skeleton />
        ) : rows.length === 0 ? (
          <Empty title={t.emptyTitle} icon={<PackageOpen size={22} aria-hidden="true" />}>
            <p>{t.empty}</p>
          </Empty>
        ) : (
          <Table
            label={t.title}
            rows={rows}
            keyOf={(row) => row.id}
            columns={[
              {
                title: t.name,
                cell: (row) => (
                  <Link to="/oversight/batches/$batch" params={{ batch: row.id }}>
                    {row.name}
                  </Link>
                ),
              },
              { title: t.state, cell: (row) => <Badge>{text.stateName(row.state)}</Badge> },
              {
                title: t.pages,
                cell: (row) => (
                  <span className={parts.row}>
                    {text.number(row.pages)}
                    <Sheets row={row} />
                  </span>
                ),
              },
              {
                title: t.progress,
                cell: (row) => (
                  <Meter
                    value={(row.read ?? 0) + (row.failed ?? 0) + (row.rejected ?? 0)}
                    of={row.pages}
                    label={t.progressOf(row.read ?? 0, row.pages)}
                  />
                ),
              },
              { title: t.documents, numeric: true, cell: (row) => text.number(row.documents ?? 0) },
              { title: t.verified, numeric: true, cell: (row) => text.number(row.accepted ?? 0) },
              { title: t.created, cell: (row) => time(row.created_at) },
            ]}
          />
        )}
        {batches.hasNextPage && <Button onClick={() => void batches.fetchNextPage()}>{text.common.more}</Button>}
      </Card>
      {making && <MakeBatch onClose={() => make(false)} />}
    </Oversight>
  );
}

function Sheets({ row }: { row: BatchRow }) {
  const t = text.batches;
  const expected = row.expected_sheets ?? row.sheets;
  if (typeof expected !== "number" || expected === row.pages) return null;
  return (
    <Badge tone="check">
      <TriangleAlert size={13} aria-hidden="true" />{" "}
      {expected > row.pages ? t.missing(expected - row.pages) : t.surplus(row.pages - expected)}
    </Badge>
  );
}

function MakeBatch({ onClose }: { onClose(): void }) {
  const t = text.batches;
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [sheets, setSheets] = useState("");
  const make = useMutation({
    mutationFn: () =>
      call("POST", "/batches", { body: { name, ...(sheets ? { expected_sheets: Number(sheets) } : {}) } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["batches"] });
      onClose();
    },
  });
  return (
    <Dialog title={t.make} onClose={onClose}>
      <form
        className={parts.stack}
        data-own-enter
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextField
          label={t.name}
          required
          autoFocus
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t.sheets}
          hint={t.sheetsHint}
          type="number"
          min={1}
          value={sheets}
          onChange={(event) => setSheets(event.target.value)}
        />
        <Fault error={make.error} />
        <DialogFoot>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={make.isPending}>
            {t.make}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
