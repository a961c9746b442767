/** Legal and other holds. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Gavel } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Schemas } from "../api/types";
import { may, useSession } from "../app/session";
import { FormDialog } from "../design/form-dialog";
import { Listed } from "../design/listed";
import { Badge, Button, Card, parts, Select, TextField } from "../design/parts";
import { Fault } from "../design/states";
import { text } from "../text";
import { time } from "../text/dates";
import { Oversight } from "./oversight";
import { ReasonDialog } from "./reason-dialog";

type Hold = Schemas["HoldView"];

export default function HoldsScreen() {
  const t = text.holds;
  const { session } = useSession();
  const queries = useQueryClient();
  const [placing, place] = useState(false);
  const [asking, ask] = useState<Hold | null>(null);
  const holds = useQuery({ queryKey: ["holds"], queryFn: () => listOf<Hold>("/holds") });
  const release = useMutation({
    mutationFn: ({ id, ...body }: { id: string; reason?: string; confirm?: boolean }) =>
      call("POST", `/holds/${id}/release`, { body }),
    onSuccess: () => {
      ask(null);
      return queries.invalidateQueries({ queryKey: ["holds"] });
    },
  });
  return (
    <Oversight
      title={t.title}
      lead={t.lead}
      actions={may(session, "place_hold") && <Button onClick={() => place(true)}>{t.place}</Button>}
    >
      <Fault error={release.error} />
      <Card>
        <Listed
          query={holds}
          label={t.title}
          empty={{ title: t.emptyTitle, words: t.empty, icon: Gavel }}
          keyOf={(row) => row.id}
          columns={[
            { title: t.matter, cell: (row) => <strong>{row.matter}</strong> },
            { title: t.reason, cell: (row) => row.reason },
            { title: t.custodian, cell: (row) => row.custodian },
            {
              title: t.records,
              numeric: true,
              cell: (row) => text.number(row.members),
            },
            {
              title: t.placed,
              cell: (row) => `${time(row.placed_at)}, ${row.placed_by}`,
            },
            {
              title: text.common.state,
              cell: (row) => (
                <Badge tone={row.released_at ? undefined : "verify"}>
                  {row.released_at
                    ? t.released
                    : row.release_proposed_by
                      ? t.releaseAsked(row.release_proposed_by)
                      : t.active}
                </Badge>
              ),
            },
            {
              title: text.people.actions,
              cell: (row) =>
                row.released_at
                  ? null
                  : row.release_proposed_by
                    ? may(session, "release_hold") && (
                        <span className={parts.row}>
                          <Button onClick={() => release.mutate({ id: row.id, confirm: true })}>{t.release}</Button>
                          <Button onClick={() => release.mutate({ id: row.id, confirm: false })}>{t.keep}</Button>
                        </span>
                      )
                    : may(session, "place_hold") && <Button onClick={() => ask(row)}>{t.askRelease}</Button>,
            },
          ]}
        />
      </Card>
      {asking && (
        <ReasonDialog
          title={t.askRelease}
          doing={release}
          onClose={() => ask(null)}
          onReason={(reason) => release.mutate({ id: asking.id, reason })}
        />
      )}
      {placing && <PlaceHold onClose={() => place(false)} />}
    </Oversight>
  );
}

function PlaceHold({ onClose }: { onClose(): void }) {
  const t = text.holds;
  const queries = useQueryClient();
  const [said, say] = useState({ matter: "", reason: "", custodian: "", scope: "patient", value: "" });
  const save = useMutation({
    mutationFn: () => {
      const { scope, value, ...rest } = said;
      return call("POST", "/holds", { body: { ...rest, [scope]: value } });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["holds"] });
      onClose();
    },
  });
  return (
    <FormDialog title={t.place} doing={save} onClose={onClose}>
      <TextField
        label={t.matter}
        hint={t.matterHint}
        required
        value={said.matter}
        onChange={(event) => say({ ...said, matter: event.target.value })}
      />
      <TextField
        label={t.reason}
        required
        value={said.reason}
        onChange={(event) => say({ ...said, reason: event.target.value })}
      />
      <TextField
        label={t.custodian}
        required
        value={said.custodian}
        onChange={(event) => say({ ...said, custodian: event.target.value })}
      />
      <Select
        label={t.scope}
        value={said.scope}
        onChange={(scope) => say({ ...said, scope })}
        options={[
          ["patient", t.patient],
          ["query", t.query],
        ]}
      />
      <TextField
        label={said.scope === "patient" ? t.patient : t.query}
        required
        value={said.value}
        onChange={(event) => say({ ...said, value: event.target.value })}
      />
    </FormDialog>
  );
}
