/** Legal and other holds. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Gavel } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { may, useSession } from "../app/session";
import { Badge, Button, Card, Dialog, DialogFoot, parts, Select, TextField } from "../design/parts";
import { Empty, Fault, Loaded } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { time } from "../text/dates";
import { listOf, personName } from "./list";
import { Oversight } from "./oversight";

interface Hold {
  id: string;
  matter: string;
  reason?: string;
  custodian?: string;
  state?: string;
  placed_at?: string;
  placed_by?: { name?: string } | string | null;
  records?: number;
  release_asked_by?: { name?: string } | string | null;
}

export default function HoldsScreen() {
  const t = text.holds;
  const { session } = useSession();
  const queries = useQueryClient();
  const [placing, place] = useState(false);
  const holds = useQuery({ queryKey: ["holds"], queryFn: () => listOf<Hold>("/holds") });
  const release = useMutation({
    mutationFn: (id: string) => call("POST", `/holds/${id}/release`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["holds"] }),
  });
  return (
    <Oversight
      title={t.title}
      lead={t.lead}
      actions={may(session, "place_hold") && <Button onClick={() => place(true)}>{t.place}</Button>}
    >
      <Fault error={release.error} />
      <Card>
        <Loaded
          query={holds}
          empty={(all) =>
            all.length === 0 ? (
              <Empty title={t.emptyTitle} icon={<Gavel size={22} aria-hidden="true" />}>
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
                { title: t.matter, cell: (row) => <strong>{row.matter}</strong> },
                { title: t.reason, cell: (row) => row.reason ?? "–" },
                { title: t.custodian, cell: (row) => row.custodian ?? "–" },
                {
                  title: t.records,
                  numeric: true,
                  cell: (row) => (typeof row.records === "number" ? text.number(row.records) : "–"),
                },
                {
                  title: t.placed,
                  cell: (row) =>
                    [time(row.placed_at), personName(row.placed_by)].filter((each) => each && each !== "–").join(", "),
                },
                {
                  title: text.common.state,
                  cell: (row) => (
                    <Badge tone={row.state === "released" ? undefined : "verify"}>
                      {text.stateName(row.state ?? "active")}
                    </Badge>
                  ),
                },
                {
                  title: text.people.actions,
                  cell: (row) =>
                    row.state !== "released" && may(session, "release_hold") ? (
                      <Button onClick={() => release.mutate(row.id)}>
                        {row.release_asked_by ? t.release : t.askRelease}
                      </Button>
                    ) : null,
                },
              ]}
            />
          )}
        </Loaded>
      </Card>
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
    <Dialog title={t.place} onClose={onClose}>
      <form
        className={parts.stack}
        data-own-enter
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField
          label={t.matter}
          hint={t.matterHint}
          required
          autoFocus
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
        <Fault error={save.error} />
        <DialogFoot>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={save.isPending}>
            {t.place}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
