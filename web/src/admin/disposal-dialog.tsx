/** A step of a destruction, taken with every record in sight: nobody decides about a list that they were not shown. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import type { Schemas } from "../api/types";
import { FormDialog } from "../design/form-dialog";
import { Button, Dialog, DialogFoot, parts } from "../design/parts";
import { type Column, LongTable } from "../design/table";
import { text } from "../text";
import { day } from "../text/dates";
import type { Disposal, DisposalRecord } from "./disposal";

export type Step = "review" | "approve" | "carry-out";

type CarriedOut = Schemas["CarriedOutView"];

export function DisposalDialog({ disposal, step, onClose }: { disposal: Disposal; step: Step; onClose(): void }) {
  const t = text.disposals;
  const queries = useQueryClient();
  const [kept, keep] = useState<Record<string, string>>({});
  const take = useMutation({
    mutationFn: () =>
      call<CarriedOut | null>("POST", `/disposals/${disposal.id}/${step}`, { body: bodyOf(step, kept) }),
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: ["disposals"] });
      if (!done || step !== "carry-out") onClose();
    },
  });
  const columns: Column<DisposalRecord>[] = [
    { title: t.record, cell: (row) => row.record, width: "minmax(20rem, 2fr)" },
    { title: t.lastDay, cell: (row) => day(row.last_day), width: "8rem" },
    { title: t.decidedBy, cell: (row) => row.policy, width: "minmax(8rem, 1fr)" },
    step === "review"
      ? {
          title: t.keepBack,
          width: "minmax(14rem, 1fr)",
          cell: (row) => (
            <input
              className={parts.input}
              aria-label={t.keepBackWhy(row.record)}
              placeholder={t.keepBackHint}
              maxLength={500}
              value={kept[row.record] ?? ""}
              // Enter ends a reason, not the review of the whole list.
              onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
              onChange={(event) => keep({ ...kept, [row.record]: event.target.value })}
            />
          ),
        }
      : { title: text.common.state, width: "minmax(8rem, 1fr)", cell: (row) => row.why ?? text.stateName(row.state) },
  ];
  if (take.data && step === "carry-out") {
    return (
      <Dialog title={t.carriedOut} onClose={onClose}>
        <p>{t.outcome(take.data.destroyed, take.data.stopped, take.data.locked)}</p>
        <DialogFoot>
          <Button look="primary" onClick={onClose}>
            {text.common.close}
          </Button>
        </DialogFoot>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t.steps[step].title}
      submit={t.steps[step].submit(disposal.records.filter((row) => !row.why && !kept[row.record]?.trim()).length)}
      danger={step !== "review"}
      wide
      doing={take}
      onClose={onClose}
    >
      <p>{t.steps[step].lead}</p>
      <p>{disposal.reason}</p>
      <LongTable short label={t.records} columns={columns} rows={disposal.records} keyOf={(row) => row.record} />
    </FormDialog>
  );
}

function bodyOf(step: Step, kept: Record<string, string>): unknown {
  if (step !== "review") return {};
  const reasons = Object.entries(kept).filter(([, why]) => why.trim() !== "");
  return { kept: reasons.map(([record, why]) => ({ record, why: why.trim() })) };
}
