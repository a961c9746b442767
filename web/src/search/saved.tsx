/** Searches that somebody wants to ask again. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bookmark, Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import type { Schemas } from "../api/types";
import { FormDialog } from "../design/form-dialog";
import { Button, IconButton, parts, TextField } from "../design/parts";
import { text } from "../text";
import type { Filters } from "./facets";
import style from "./search.module.css";

type SavedSearch = Schemas["SavedView"];

export function Saved({ onOpen, current }: { onOpen(filters: Filters): void; current: Filters | null }) {
  const t = text.search;
  const queries = useQueryClient();
  const [naming, setNaming] = useState(false);
  const saved = useQuery({
    queryKey: ["saved-searches"],
    queryFn: () => listOf<SavedSearch>("/searches"),
  });
  const remove = useMutation({
    mutationFn: (id: string) => call("DELETE", `/searches/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["saved-searches"] }),
  });
  return (
    <div className={style.saved}>
      {current !== null && (
        <Button look="quiet" onClick={() => setNaming(true)}>
          <Bookmark size={15} aria-hidden="true" /> {t.save}
        </Button>
      )}
      {current === null && saved.data && saved.data.length > 0 && (
        <>
          <h2>{t.saved}</h2>
          <ul>
            {saved.data.map((each) => (
              <li key={each.id} className={parts.row}>
                <Button look="quiet" onClick={() => onOpen(Object.fromEntries(new URLSearchParams(each.query)))}>
                  {each.name}
                </Button>
                <IconButton label={`${text.common.remove} ${each.name}`} onClick={() => remove.mutate(each.id)}>
                  <Trash2 size={15} aria-hidden="true" />
                </IconButton>
              </li>
            ))}
          </ul>
        </>
      )}
      {naming && current !== null && <NameSearch filters={current} onClose={() => setNaming(false)} />}
    </div>
  );
}

function NameSearch({ filters, onClose }: { filters: Filters; onClose(): void }) {
  const queries = useQueryClient();
  const [name, setName] = useState((filters.q ?? "").slice(0, 60));
  const save = useMutation({
    mutationFn: () => call("POST", "/searches", { body: { name, query: new URLSearchParams(filters).toString() } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["saved-searches"] });
      onClose();
    },
  });
  return (
    <FormDialog title={text.search.save} submit={text.common.save} doing={save} onClose={onClose}>
      <TextField label={text.common.name} required value={name} onChange={(event) => setName(event.target.value)} />
    </FormDialog>
  );
}
