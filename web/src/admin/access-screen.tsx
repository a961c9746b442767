/** Who read what: by chart, by record, by person, by days; on the screen in parts, as a file whole. */
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Eye } from "lucide-react";
import { useState } from "react";
import { call, callForFile } from "../api/client";
import { listOf } from "../api/list";
import { saveFile } from "../api/save-file";
import type { Page, Schemas } from "../api/types";
import { ListedInParts } from "../design/listed";
import { Button, Card, parts, Screen, Select, TextField } from "../design/parts";
import { Fault } from "../design/states";
import { text } from "../text";
import { time } from "../text/dates";

type Access = Schemas["AccessView"];

const NOTHING = { patient: "", record: "", person: "", from: "", to: "" };

export default function AccessScreen() {
  const t = text.access;
  const [said, say] = useState(NOTHING);
  // What is shown is what was asked for last, not what is being typed.
  const [asked, ask] = useState(NOTHING);
  const people = useQuery({
    queryKey: ["people-names"],
    queryFn: () => listOf<{ id: string; name: string }>("/people"),
    retry: false,
  });
  const report = useInfiniteQuery({
    queryKey: ["access", asked],
    queryFn: ({ pageParam }) =>
      call<Page<Access>>("GET", "/audit/access", { query: { ...asked, after: pageParam, limit: 100 } }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    retry: false,
  });
  const save = useMutation({
    mutationFn: async () =>
      saveFile(await callForFile("GET", "/audit/access.csv", { query: asked }), "muniment-access.csv"),
  });
  const field = (name: keyof typeof NOTHING) => ({
    value: said[name],
    onChange: (event: { target: { value: string } }) => say({ ...said, [name]: event.target.value }),
  });
  return (
    <Screen title={t.title} lead={t.lead} actions={<Link to="/audit">{t.back}</Link>}>
      <Card>
        <form
          className={parts.row}
          data-own-enter
          onSubmit={(event) => {
            event.preventDefault();
            ask(said);
          }}
        >
          <TextField label={t.patient} autoComplete="off" {...field("patient")} />
          <TextField label={t.record} autoComplete="off" {...field("record")} />
          <Select
            label={t.person}
            value={said.person}
            onChange={(person) => say({ ...said, person })}
            options={[["", t.everybody], ...(people.data ?? []).map((each): [string, string] => [each.id, each.name])]}
          />
          <TextField label={t.from} type="date" {...field("from")} />
          <TextField label={t.to} type="date" {...field("to")} />
          <Button type="submit" look="primary">
            {t.ask}
          </Button>
          <Button onClick={() => save.mutate()} disabled={save.isPending}>
            {t.csv}
          </Button>
        </form>
        <Fault error={save.error} />
      </Card>
      <Card>
        <ListedInParts
          query={report}
          label={t.title}
          empty={{ title: t.emptyTitle, words: t.empty, icon: Eye }}
          keyOf={(row) => row.id}
          columns={[
            { title: t.when, cell: (row) => time(row.at) },
            { title: t.who, cell: (row) => row.name || row.person.slice(0, 8) },
            { title: t.did, cell: (row) => text.kindName(row.action) },
            { title: t.what, cell: whatOf },
            { title: t.number, numeric: true, cell: (row) => <code>{row.entry}</code> },
          ]}
        />
      </Card>
    </Screen>
  );
}

function whatOf(row: Access): string {
  const t = text.access;
  const short = (id: string) => id.slice(0, 8);
  const read = row.document
    ? row.page
      ? t.page(row.page, short(row.document))
      : t.document(short(row.document))
    : row.record
      ? t.ofRecord(short(row.record))
      : row.patient
        ? t.ofPatient(short(row.patient))
        : t.everything;
  return row.document && row.record ? `${read} · ${t.ofRecord(short(row.record))}` : read;
}
