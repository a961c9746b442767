/** Batches: their counts, and bringing in scans. */

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PackageOpen, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import type { Batch, Page } from "../api/types";
import { may, useSession } from "../app/session";
import { Meter } from "../design/figure";
import { FormDialog } from "../design/form-dialog";
import { ListedInParts } from "../design/listed";
import { Badge, Button, Card, parts, TextField } from "../design/parts";
import { text } from "../text";
import { time } from "../text/dates";
import { CoverSheets } from "./cover-sheets";
import { useEvents } from "./events";
import { Oversight } from "./oversight";
import { Uploads } from "./uploads";

export default function BatchesScreen() {
  const t = text.batches;
  const { session } = useSession();
  const [asked, ask] = useState<"batch" | "sheets" | null>(null);
  useEvents(["batches"]);
  const batches = useInfiniteQuery({
    queryKey: ["batches"],
    queryFn: ({ pageParam }) => call<Page<Batch>>("GET", "/batches", { query: { after: pageParam, limit: 50 } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: 30_000,
  });
  const rows = batches.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Oversight
      title={t.title}
      lead={t.lead}
      actions={
        may(session, "label") && (
          <>
            <Button onClick={() => ask("sheets")}>{text.coverSheets.title}</Button>
            <Button onClick={() => ask("batch")}>{t.make}</Button>
          </>
        )
      }
    >
      {may(session, "label") && rows.length > 0 && <Uploads batches={rows} />}
      <Card>
        <ListedInParts
          query={batches}
          label={t.title}
          empty={{ title: t.emptyTitle, words: t.empty, icon: PackageOpen }}
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
            { title: t.pipeline, cell: (row) => row.pipeline },
            {
              title: t.pages,
              cell: (row) => (
                <span className={parts.row}>
                  {text.number(row.counts.pages)}
                  <Sheets row={row} />
                </span>
              ),
            },
            {
              title: t.progress,
              cell: ({ counts }) => (
                <Meter
                  value={counts.pages - counts.pages_waiting}
                  of={counts.pages}
                  label={t.progressOf(counts.pages - counts.pages_waiting, counts.pages)}
                />
              ),
            },
            {
              title: t.failed,
              numeric: true,
              cell: ({ counts }) => text.number(counts.pages_failed + counts.pages_rejected),
            },
            { title: t.unreliable, numeric: true, cell: (row) => text.number(row.unreliable_pages) },
            { title: t.created, cell: (row) => time(row.opened_at) },
          ]}
        />
      </Card>
      {asked === "batch" && <MakeBatch onClose={() => ask(null)} />}
      {asked === "sheets" && <CoverSheets onClose={() => ask(null)} />}
    </Oversight>
  );
}

export function Sheets({ row }: { row: Batch }) {
  const t = text.batches;
  if (typeof row.sheets === "string") return null;
  return (
    <Badge tone="check">
      <TriangleAlert size={13} aria-hidden="true" />{" "}
      {"missing" in row.sheets ? t.missing(row.sheets.missing) : t.surplus(row.sheets["too-many"])}
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
    <FormDialog title={t.make} doing={make} onClose={onClose}>
      <TextField
        label={t.name}
        required
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
    </FormDialog>
  );
}
