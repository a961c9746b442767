/** Tokens for programs that work in a person's name. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Schemas } from "../api/types";
import { FormDialog } from "../design/form-dialog";
import { Button, Card, Dialog, DialogFoot, parts, TextField } from "../design/parts";
import { Fault, Loaded, Notice } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { time } from "../text/dates";

type Token = Schemas["TokenView"];

export function Tokens() {
  const t = text.tokens;
  const queries = useQueryClient();
  const [making, make] = useState(false);
  const tokens = useQuery({
    queryKey: ["tokens"],
    queryFn: () => listOf<Token>("/me/tokens"),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => call("DELETE", `/me/tokens/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  return (
    <Card title={t.title} actions={<Button onClick={() => make(true)}>{t.make}</Button>}>
      <p className={parts.hint}>{t.lead}</p>
      <Fault error={revoke.error} />
      <Loaded query={tokens}>
        {(rows) =>
          rows.length === 0 ? (
            <p className={parts.muted}>{t.none}</p>
          ) : (
            <Table
              label={t.title}
              rows={rows}
              keyOf={(row) => row.id}
              columns={[
                { title: text.common.name, cell: (row) => row.name ?? "–" },
                {
                  title: t.scopes,
                  cell: (row) =>
                    row.scopes?.map((scope) => text.permissions[scope.replaceAll("-", "_")] ?? scope).join(", ") ??
                    t.everything,
                },
                { title: t.expires, cell: (row) => time(row.expires_at) },
                {
                  title: t.revoke,
                  cell: (row) => (
                    <Button look="danger" onClick={() => revoke.mutate(row.id)}>
                      {t.revoke}
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {making && <MakeToken onClose={() => make(false)} />}
    </Card>
  );
}

function MakeToken({ onClose }: { onClose(): void }) {
  const t = text.tokens;
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const make = useMutation({
    mutationFn: () =>
      call<{ token: string }>("POST", "/me/tokens", {
        body: { name, days: Number(days) },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  if (make.data)
    return (
      <Dialog title={t.make} onClose={onClose}>
        <Notice tone="check">{t.once}</Notice>
        <code>{make.data.token}</code>
        <DialogFoot>
          <Button onClick={() => void navigator.clipboard.writeText(make.data.token)}>{text.common.copy}</Button>
          <Button look="primary" onClick={onClose}>
            {text.common.close}
          </Button>
        </DialogFoot>
      </Dialog>
    );
  return (
    <FormDialog title={t.make} doing={make} onClose={onClose}>
      <TextField label={text.common.name} required value={name} onChange={(event) => setName(event.target.value)} />
      <TextField
        label={t.days}
        type="number"
        min={1}
        max={366}
        required
        value={days}
        onChange={(event) => setDays(event.target.value)}
      />
    </FormDialog>
  );
}
