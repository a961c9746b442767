/** The paper of a batch: what was counted before scanning, what was found, and the closing. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import type { Schemas } from "../api/types";
import { may, useSession } from "../app/session";
import { FormDialog } from "../design/form-dialog";
import { Badge, Button, Card, Facts, parts } from "../design/parts";
import { text } from "../text";
import { time } from "../text/dates";
import { ReasonDialog } from "./reason-dialog";

interface BatchPaperProps {
  batch: string;
  paper: Schemas["PaperView"];
  /** Whether as many sheets were found as were prepared. */
  agrees: boolean;
  /** Whether files or pages are still to be read. */
  waiting: boolean;
}

export function BatchPaper({ batch, paper, agrees, waiting }: BatchPaperProps) {
  const t = text.paper;
  const { session } = useSession();
  const queries = useQueryClient();
  const [asking, ask] = useState<"close" | "confirm" | null>(null);
  const done = () => {
    ask(null);
    return queries.invalidateQueries({ queryKey: ["batch", batch] });
  };
  const close = useMutation({
    mutationFn: (reason: string | null) => call("POST", `/batches/${batch}/close`, { body: { reason } }),
    onSuccess: done,
  });
  const confirm = useMutation({
    mutationFn: () => call("POST", `/batches/${batch}/close/confirm`),
    onSuccess: done,
  });
  const { prepared, found, closing } = paper;
  const open = closing?.state !== "closed";
  return (
    <Card
      title={t.title}
      actions={
        <span className={parts.row}>
          {open && may(session, "label") && (
            <Button disabled={waiting} onClick={() => ask("close")}>
              {t.close}
            </Button>
          )}
          {closing?.state === "waits" && may(session, "review_others") && (
            <Button look="primary" onClick={() => ask("confirm")}>
              {t.confirm}
            </Button>
          )}
        </span>
      }
    >
      <Facts
        items={[
          [t.box, prepared?.box],
          [t.prepared, prepared ? t.preparedBy(prepared.sheets, prepared.sides, prepared.by) : t.notCounted],
          ...(prepared?.charts ? ([[t.charts, text.number(prepared.charts)]] as [string, string][]) : []),
          [
            t.found,
            <span key="found" className={parts.row}>
              {found.sentence} {!agrees && !waiting && <Badge tone="check">{t.differs}</Badge>}
            </span>,
          ],
          [t.sides, t.sidesOf(found.sides_found, found.blank, found.separators)],
          ...(found.unreadable + found.files_rejected > 0
            ? ([[t.unread, t.unreadOf(found.unreadable, found.files_rejected)]] as [string, string][])
            : []),
          ...(closing?.reason
            ? ([[text.common.reason, `${closing.reason} (${closing.difference})`]] as [string, string][])
            : []),
          [
            t.closing,
            closing === null || closing === undefined
              ? t.open
              : closing.state === "waits"
                ? t.waits(closing.by, time(closing.at))
                : t.closed(closing.by, closing.confirmed_by, time(closing.closed_at)),
          ],
        ]}
      />
      {asking === "close" &&
        (agrees ? (
          <FormDialog
            title={t.close}
            ready
            doing={{ ...close, mutate: () => close.mutate(null) }}
            onClose={() => ask(null)}
          >
            <p>{t.closeLead}</p>
          </FormDialog>
        ) : (
          <ReasonDialog
            title={t.close}
            lead={t.differenceLead(found.sentence)}
            doing={close}
            onClose={() => ask(null)}
            onReason={(reason) => close.mutate(reason)}
          />
        ))}
      {asking === "confirm" && (
        <FormDialog title={t.confirm} doing={confirm} onClose={() => ask(null)}>
          <p>{t.confirmLead(closing?.difference ?? "")}</p>
        </FormDialog>
      )}
    </Card>
  );
}
