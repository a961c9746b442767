/** The accounting of what was given out of one patient's records. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import type { Schemas } from "../api/types";
import { Button, Dialog, parts, TextField } from "../design/parts";
import { Loaded } from "../design/states";
import { Table } from "../design/table";
import { text } from "../text";
import { day } from "../text/dates";
import { recipientOf } from "./words";

export function Disclosures({ onClose }: { onClose(): void }) {
  const t = text.disclosures;
  const [words, write] = useState("");
  const [patient, ask] = useState("");
  const accounting = useQuery({
    queryKey: ["disclosures", patient],
    queryFn: () => call<Schemas["AccountingView"]>("GET", "/disclosures", { query: { patient } }),
    enabled: patient !== "",
    retry: false,
  });
  return (
    <Dialog title={t.title} onClose={onClose} wide>
      <form
        className={parts.stack}
        data-own-enter
        onSubmit={(event) => {
          event.preventDefault();
          ask(words.trim());
        }}
      >
        <p>{t.lead}</p>
        <TextField
          label={t.patient}
          required
          autoComplete="off"
          value={words}
          onChange={(event) => write(event.target.value)}
        />
        <Button type="submit">{t.ask}</Button>
      </form>
      {patient !== "" && (
        <Loaded query={accounting}>
          {(data) =>
            data.items.length === 0 ? (
              <p>{t.none}</p>
            ) : (
              <Table
                label={t.title}
                rows={data.items}
                keyOf={(row) => row.manifest}
                columns={[
                  { title: t.day, cell: (row) => day(row.day) },
                  { title: text.requests.recipient, cell: (row) => recipientOf(row.recipient) },
                  { title: text.requests.address, cell: (row) => row.recipient.address ?? "" },
                  { title: t.description, cell: (row) => row.description },
                  {
                    title: text.requests.purpose,
                    cell: (row) => text.requests.purposes[row.purpose] ?? row.purpose,
                  },
                ]}
              />
            )
          }
        </Loaded>
      )}
    </Dialog>
  );
}
