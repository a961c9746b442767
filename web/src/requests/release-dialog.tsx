/** Giving out the records that a request asks for: those that are plainly asked for are chosen, the rest of them by hand. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { callForFile } from "../api/client";
import { listOf } from "../api/list";
import { saveFile } from "../api/save-file";
import type { Schemas } from "../api/types";
import { FormDialog } from "../design/form-dialog";
import { Checkbox, parts, Select } from "../design/parts";
import { Loaded } from "../design/states";
import { text } from "../text";
import { day } from "../text/dates";

type Requested = Schemas["RequestedView"];

export function ReleaseDialog({ id, onClose, onDone }: { id: string; onClose(): void; onDone(): void }) {
  const t = text.requests;
  const [format, choose] = useState("pdf");
  // What somebody ticked or unticked; the rest is as the request asks.
  const [ticked, tick] = useState<Record<string, boolean>>({});
  const records = useQuery({
    queryKey: ["request-records", id],
    queryFn: () => listOf<Requested>(`/requests/${id}/records`),
  });
  const isChosen = (row: Requested) => ticked[row.id] ?? row.in_scope === "yes";
  const release = useMutation({
    mutationFn: async () => {
      const chosen = (records.data ?? []).filter((row) => row.in_scope !== "no" && isChosen(row));
      const body = { records: chosen.map((row) => row.id), format };
      saveFile(await callForFile("POST", `/requests/${id}/release`, { body }), `muniment-${id.slice(0, 8)}.zip`);
    },
    onSuccess: onDone,
  });
  return (
    <FormDialog title={t.releaseDo} doing={release} onClose={onClose} wide>
      <p>{t.releaseLead}</p>
      <Loaded query={records}>
        {(rows) => {
          const asked = rows.filter((row) => row.in_scope !== "no");
          return (
            <>
              {asked.length === 0 && <p>{t.noRecords}</p>}
              {asked.map((row) => (
                <Checkbox
                  key={row.id}
                  checked={isChosen(row)}
                  onChange={(event) => tick({ ...ticked, [row.id]: event.target.checked })}
                  label={[
                    text.kindName(row.kind),
                    row.encounters.map(day).join(", "),
                    t.inScope[row.in_scope] ?? row.in_scope,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                />
              ))}
              {rows.length > asked.length && <p className={parts.muted}>{t.outOfScope(rows.length - asked.length)}</p>}
            </>
          );
        }}
      </Loaded>
      <Select label={t.format} value={format} onChange={choose} options={Object.entries(t.formats)} />
    </FormDialog>
  );
}
