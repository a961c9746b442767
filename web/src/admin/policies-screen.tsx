/** Retention policies: versions, what a new one would change, approval by somebody else. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BookOpenCheck } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Policy } from "../api/types";
import { may, useSession } from "../app/session";
import { FormDialog } from "../design/form-dialog";
import { Listed } from "../design/listed";
import { Badge, Button, Card, Dialog, parts, TextField } from "../design/parts";
import { Fault, Loaded } from "../design/states";
import { text } from "../text";
import { day } from "../text/dates";
import { Details } from "./details";
import { Oversight } from "./oversight";

export default function PoliciesScreen() {
  const t = text.policies;
  const { session } = useSession();
  const queries = useQueryClient();
  const [drafting, draft] = useState(false);
  const [looking, look] = useState<Policy | null>(null);
  const policies = useQuery({ queryKey: ["policies"], queryFn: () => listOf<Policy>("/policies") });
  const decide = useMutation({
    mutationFn: ({ version, what }: { version: number; what: "approve" | "withdraw" }) =>
      call("POST", `/policies/${version}/${what}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["policies"] }),
  });
  return (
    <Oversight
      title={t.title}
      lead={t.lead}
      actions={may(session, "set_policy") && <Button onClick={() => draft(true)}>{t.draft}</Button>}
    >
      <Fault error={decide.error} />
      <Card>
        <Listed
          query={policies}
          label={t.title}
          empty={{ title: t.emptyTitle, words: t.empty, icon: BookOpenCheck }}
          keyOf={(row) => String(row.version)}
          columns={[
            { title: t.version, cell: (row) => <strong>{row.version}</strong> },
            { title: t.policyTitle, cell: (row) => row.policy.title ?? row.reason },
            {
              title: text.common.state,
              cell: (row) => (
                <Badge
                  tone={
                    ["in-force", "effective", "approved"].includes(row.state)
                      ? "ok"
                      : row.state === "draft"
                        ? "check"
                        : undefined
                  }
                >
                  {text.stateName(row.state)}
                </Badge>
              ),
            },
            { title: t.effective, cell: (row) => day(row.effective_from) || "–" },
            { title: t.author, cell: (row) => row.author },
            { title: t.approver, cell: (row) => row.approver ?? "–" },
            {
              title: text.people.actions,
              cell: (row) => (
                <span className={parts.row}>
                  <Button onClick={() => look(row)}>{t.impact}</Button>
                  {row.state === "draft" && may(session, "approve_policy") && (
                    <>
                      <Button onClick={() => decide.mutate({ version: row.version, what: "approve" })}>
                        {t.approve}
                      </Button>
                      <Button look="danger" onClick={() => decide.mutate({ version: row.version, what: "withdraw" })}>
                        {t.withdraw}
                      </Button>
                    </>
                  )}
                </span>
              ),
            },
          ]}
        />
      </Card>
      {drafting && <DraftPolicy onClose={() => draft(false)} />}
      {looking && <Impact policy={looking} onClose={() => look(null)} />}
    </Oversight>
  );
}

function Impact({ policy, onClose }: { policy: Policy; onClose(): void }) {
  const t = text.policies;
  const impact = useQuery({
    queryKey: ["impact", policy.version],
    queryFn: () => call<unknown>("GET", `/policies/${policy.version}/impact`),
  });
  return (
    <Dialog title={t.impactTitle(String(policy.version))} onClose={onClose} wide>
      <p>{t.impactLead}</p>
      <Loaded query={impact}>{(data) => <Details value={data} />}</Loaded>
    </Dialog>
  );
}

function DraftPolicy({ onClose }: { onClose(): void }) {
  const t = text.policies;
  const queries = useQueryClient();
  const [said, say] = useState({ title: "", rules: "", effective_from: "", reason: "" });
  const save = useMutation({
    mutationFn: () =>
      call("POST", "/policies", { body: { ...said, rules: said.rules.split(/[\s,]+/).filter(Boolean) } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["policies"] });
      onClose();
    },
  });
  return (
    <FormDialog title={t.draft} doing={save} onClose={onClose}>
      <TextField
        label={t.policyTitle}
        required
        value={said.title}
        onChange={(event) => say({ ...said, title: event.target.value })}
      />
      <TextField
        label={t.ruleSet}
        hint={t.ruleSetHint}
        required
        value={said.rules}
        onChange={(event) => say({ ...said, rules: event.target.value })}
      />
      <TextField
        label={t.effective}
        type="date"
        required
        value={said.effective_from}
        onChange={(event) => say({ ...said, effective_from: event.target.value })}
      />
      <TextField
        label={text.common.reason}
        required
        value={said.reason}
        onChange={(event) => say({ ...said, reason: event.target.value })}
      />
    </FormDialog>
  );
}
