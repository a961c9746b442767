/** Export and print: never without a reason, which is recorded. */

import { useState } from "react";
import { callForFile } from "../api/client";
import { save } from "../api/save";
import { FormDialog } from "../design/form-dialog";
import { Select, TextField } from "../design/parts";
import { text } from "../text";

const FORMATS = ["pdf", "original", "txt", "hocr", "alto", "json"];

interface GiveOutProps {
  what: "export" | "print";
  subject: { records?: string[]; documents?: string[] };
  document: string;
  onClose(): void;
}

export function GiveOut({ what, subject, document: id, onClose }: GiveOutProps) {
  const t = text.giveOut;
  const [format, setFormat] = useState("pdf");
  const [reason, setReason] = useState("");
  const [purpose, setPurpose] = useState("treatment");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  async function submit() {
    setBusy(true);
    setError(null);
    try {
      const file =
        what === "print"
          ? await callForFile("POST", "/prints", { body: { document: id, reason } })
          : await callForFile("POST", "/exports", { body: { ...subject, format, reason, purpose } });
      const ending = what === "print" ? "pdf" : format === "original" ? "bin" : format;
      save(file, `muniment-${id.slice(0, 8)}.${ending}`);
      onClose();
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  }
  return (
    <FormDialog
      title={what === "export" ? t.export : t.print}
      doing={{ isPending: busy, error, mutate: () => void submit() }}
      onClose={onClose}
    >
      <p>{what === "export" ? t.exportLead : t.printLead}</p>
      {what === "export" && (
        <Select
          label={t.format}
          value={format}
          onChange={setFormat}
          options={FORMATS.map((each) => [each, t.formats[each] ?? each])}
        />
      )}
      <Select label={t.purpose} value={purpose} onChange={setPurpose} options={Object.entries(t.purposes)} />
      <TextField
        label={text.common.reason}
        required
        data-first
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
