/** People, their roles, and how they come in. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import { listOf } from "../api/list";
import { type Person, ROLES, type Role, type Schemas } from "../api/types";
import { may, useSession } from "../app/session";
import { FormDialog } from "../design/form-dialog";
import { Listed } from "../design/listed";
import { Badge, Button, Card, Checkbox, Dialog, DialogFoot, parts, TextField } from "../design/parts";
import { Fault, Notice } from "../design/states";
import { text } from "../text";
import style from "./admin.module.css";
import { Oversight } from "./oversight";

type Link = Schemas["LinkView"];

export default function PeopleScreen() {
  const t = text.people;
  const { session } = useSession();
  const manages = may(session, "manage_people");
  const queries = useQueryClient();
  const [adding, add] = useState(false);
  const [changing, change] = useState<Person | null>(null);
  const [link, setLink] = useState<{ name: string; link: Link } | null>(null);
  const people = useQuery({ queryKey: ["people"], queryFn: () => listOf<Person>("/people") });
  const again = () => queries.invalidateQueries({ queryKey: ["people"] });
  const disable = useMutation({
    mutationFn: (member: Person) => call("PATCH", `/people/${member.id}`, { body: { disabled: !member.disabled } }),
    onSuccess: again,
  });
  const makeLink = useMutation({
    mutationFn: (member: Person) => call<Link>("POST", `/people/${member.id}/link`),
    onSuccess: (answer, member) => setLink({ name: member.name, link: answer }),
  });
  return (
    <Oversight title={t.title} lead={t.lead} actions={manages && <Button onClick={() => add(true)}>{t.add}</Button>}>
      <Fault error={disable.error ?? makeLink.error} />
      <Card>
        <Listed
          query={people}
          label={t.title}
          keyOf={(row) => row.id}
          columns={[
            { title: t.name, cell: (row) => <strong>{row.name}</strong> },
            { title: t.login, cell: (row) => (row.login ? <code>{row.login}</code> : "–") },
            {
              title: t.roles,
              cell: (row) => (
                <span className={parts.row}>
                  {row.roles.map((role) => (
                    <Badge key={role} tone="info">
                      {text.roles[role] ?? role}
                    </Badge>
                  ))}
                </span>
              ),
            },
            {
              title: t.state,
              cell: (row) =>
                row.disabled ? <Badge tone="check">{t.disabled}</Badge> : <Badge tone="ok">{t.active}</Badge>,
            },
            ...(manages
              ? [
                  {
                    title: t.actions,
                    cell: (row: Person) =>
                      row.id === session?.person.id ? (
                        <span className={parts.muted}>{t.self}</span>
                      ) : (
                        <span className={parts.row}>
                          <Button onClick={() => change(row)}>{t.changeRoles}</Button>
                          <Button onClick={() => makeLink.mutate(row)}>{t.newLink}</Button>
                          <Button look={row.disabled ? undefined : "danger"} onClick={() => disable.mutate(row)}>
                            {row.disabled ? t.enable : t.disable}
                          </Button>
                        </span>
                      ),
                  },
                ]
              : []),
          ]}
        />
      </Card>
      {adding && (
        <PersonDialog
          onClose={() => add(false)}
          onAdded={(name, made) => {
            add(false);
            void again();
            setLink({ name, link: made });
          }}
        />
      )}
      {changing && (
        <RolesDialog
          member={changing}
          onClose={() => {
            change(null);
            void again();
          }}
        />
      )}
      {link && (
        <Dialog title={t.linkTitle} onClose={() => setLink(null)}>
          <Notice tone="check">{t.linkLead(link.name)}</Notice>
          {link.link.needs_second && <Notice tone="verify">{t.needsSecond}</Notice>}
          <code className={style.json} data-link>
            {link.link.url}
          </code>
          <DialogFoot>
            <Button onClick={() => void navigator.clipboard.writeText(link.link.url)}>{text.common.copy}</Button>
            <Button look="primary" onClick={() => setLink(null)}>
              {text.common.close}
            </Button>
          </DialogFoot>
        </Dialog>
      )}
    </Oversight>
  );
}

function RoleBoxes({ roles, onChange }: { roles: Role[]; onChange(roles: Role[]): void }) {
  return (
    <fieldset>
      <legend className={parts.label}>{text.people.roles}</legend>
      <div className={style.rolesGrid}>
        {ROLES.map((role) => (
          <Checkbox
            key={role}
            label={text.roles[role]}
            checked={roles.includes(role)}
            onChange={(event) =>
              onChange(event.target.checked ? [...roles, role] : roles.filter((each) => each !== role))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

function PersonDialog({ onClose, onAdded }: { onClose(): void; onAdded(name: string, link: Link): void }) {
  const t = text.people;
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [roles, setRoles] = useState<Role[]>(["technician"]);
  const add = useMutation({
    mutationFn: () => call<{ link: Link }>("POST", "/people", { body: { name, login, roles } }),
    onSuccess: (answer) => onAdded(name, answer.link),
  });
  return (
    <FormDialog title={t.add} doing={add} onClose={onClose}>
      <TextField label={t.name} required value={name} onChange={(event) => setName(event.target.value)} />
      <TextField
        label={t.login}
        required
        autoCapitalize="none"
        spellCheck={false}
        value={login}
        onChange={(event) => setLogin(event.target.value)}
      />
      <RoleBoxes roles={roles} onChange={setRoles} />
    </FormDialog>
  );
}

function RolesDialog({ member, onClose }: { member: Person; onClose(): void }) {
  const [roles, setRoles] = useState<Role[]>(member.roles);
  const save = useMutation({
    mutationFn: () => call("PUT", `/people/${member.id}/roles`, { body: { roles } }),
    onSuccess: onClose,
  });
  return (
    <FormDialog
      title={`${text.people.changeRoles}: ${member.name}`}
      submit={text.common.save}
      doing={save}
      onClose={onClose}
    >
      <RoleBoxes roles={roles} onChange={setRoles} />
    </FormDialog>
  );
}
