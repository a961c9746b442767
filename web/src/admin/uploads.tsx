/** Dropping scans into a batch. */
import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { asProblem } from "../api/problem";
import { Meter } from "../design/figure";
import { Button, Card, classes, parts, Select } from "../design/parts";
import { sayProblem } from "../design/states";
import { text } from "../text";
import style from "./admin.module.css";
import { upload } from "./tus";

interface Sending {
  name: string;
  sent: number;
  of: number;
  state: "sending" | "done" | "failed";
  why?: string;
}

export function Uploads({ batches }: { batches: { id: string; name: string }[] }) {
  const t = text.batches;
  const queries = useQueryClient();
  const [batch, setBatch] = useState(batches[0]?.id ?? "");
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending[]>([]);
  const input = useRef<HTMLInputElement>(null);

  async function take(files: File[]) {
    const first = sending.length;
    setSending((now) => [
      ...now,
      ...files.map((file) => ({ name: file.name, sent: 0, of: file.size, state: "sending" as const })),
    ]);
    const change = (index: number, more: Partial<Sending>) =>
      setSending((now) => now.map((each, at) => (at === first + index ? { ...each, ...more } : each)));
    // One after the other: the network is shared, and order is kept.
    for (const [index, file] of files.entries()) {
      try {
        await upload(file, {
          metadata: { batch },
          onProgress: (sent, of) => change(index, { sent, of }),
          signal: new AbortController().signal,
        });
        change(index, { state: "done" });
      } catch (error) {
        change(index, { state: "failed", why: sayProblem(asProblem(error)) });
      }
    }
    void queries.invalidateQueries({ queryKey: ["batches"] });
  }

  return (
    <Card>
      <div className={parts.stack}>
        <Select
          label={t.uploadTo}
          value={batch}
          onChange={setBatch}
          options={batches.map((each) => [each.id, each.name])}
        />
        <div
          className={classes(style.drop, over && style.over)}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            void take([...event.dataTransfer.files]);
          }}
        >
          <Upload size={22} aria-hidden="true" />
          <strong>{t.drop}</strong>
          <span className={parts.hint}>{t.dropHint}</span>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            aria-label={t.chooseFiles}
            onChange={(event) => {
              void take([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          <Button onClick={() => input.current?.click()}>{t.chooseFiles}</Button>
        </div>
        {sending.length > 0 && (
          <ul className={style.uploads} aria-label={t.files}>
            {sending.map((each, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: files keep their places
              <li key={index} className={style.upload}>
                <span>{each.name}</span>
                <Meter value={each.sent} of={each.of} label={each.name} />
                <span className={parts.row} role="status">
                  {each.state === "done" && <CircleCheck size={15} aria-hidden="true" />}
                  {each.state === "failed" && <CircleAlert size={15} aria-hidden="true" />}
                  {each.state === "done"
                    ? t.uploaded
                    : each.state === "failed"
                      ? `${t.uploadFailed}: ${each.why}`
                      : t.uploading(Math.round((100 * each.sent) / Math.max(1, each.of)))}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}
