/** Separator and cover sheets to print: a PDF that goes to the printer before the stack goes to the scanner. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { callForFile } from "../api/client";
import { listOf } from "../api/list";
import { save } from "../api/save";
import type { Kind } from "../api/types";
import { FormDialog } from "../design/form-dialog";
import { Select, TextArea, TextField } from "../design/parts";
import { text } from "../text";

const ALL = "";

export function CoverSheets({ onClose }: { onClose(): void }) {
  const t = text.coverSheets;
  const [kind, setKind] = useState("type");
  const [type, setType] = useState(ALL);
  const [named, setNamed] = useState("");
  const [copies, setCopies] = useState("1");
  const [paper, setPaper] = useState("a4");
  const types = useQuery({ queryKey: ["kinds"], queryFn: () => listOf<Kind>("/kinds", { query: { q: "" } }) });
  const print = useMutation({
    mutationFn: async () => {
      const values = kind === "type" ? [type].filter(Boolean) : kind === "end" ? [] : lines(named);
      const file = await callForFile("POST", "/cover-sheets", {
        body: { kind, values, copies: Number(copies), paper },
      });
      save(file, `${kind}-sheets.pdf`);
    },
    onSuccess: onClose,
  });
  return (
    <FormDialog title={t.title} submit={t.print} doing={print} onClose={onClose}>
      <p>{t.lead}</p>
      <Select label={t.kind} value={kind} onChange={setKind} options={Object.entries(t.kinds)} />
      {kind === "type" && (
        <Select
          label={t.type}
          value={type}
          onChange={setType}
          options={[[ALL, t.allTypes], ...(types.data ?? []).map((each): [string, string] => [each.name, each.title])]}
        />
      )}
      {(kind === "chart" || kind === "batch") && (
        <TextArea
          label={kind === "chart" ? t.numbers : t.batches}
          hint={t.aLineEach}
          required
          rows={4}
          value={named}
          onChange={(event) => setNamed(event.target.value)}
        />
      )}
      <TextField
        label={t.copies}
        type="number"
        min={1}
        max={500}
        required
        value={copies}
        onChange={(event) => setCopies(event.target.value)}
      />
      <Select label={t.paper} value={paper} onChange={setPaper} options={Object.entries(t.papers)} />
    </FormDialog>
  );
}

function lines(typed: string): string[] {
  return typed
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
