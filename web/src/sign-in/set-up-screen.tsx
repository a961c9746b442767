/** What the server wants of a person before anything else: a password, a second step. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import type { Schemas } from "../api/types";
import { askSession } from "../app/session";
import { Button } from "../design/parts";
import { Failed, Fault, Skeleton } from "../design/states";
import { text } from "../text";
import { CodeField, PasswordField, SignInFields } from "./fields";
import { Frame } from "./frame";
import style from "./sign-in.module.css";

const SHORTEST = 12;

export function SetPassword({ old, onDone }: { old?: boolean; onDone?: () => void }) {
  const [before, setBefore] = useState("");
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: () => call("PUT", "/me/password", { body: old ? { old: before, new: password } : { new: password } }),
    onSuccess: async () => {
      await askSession();
      onDone?.();
    },
  });
  function submit() {
    if ([...password].length < SHORTEST) setFault(text.signIn.tooShort);
    else if (password !== repeated) setFault(text.signIn.unequal);
    else {
      setFault(null);
      save.mutate();
    }
  }
  return (
    <SignInFields
      submit={text.common.save}
      busy={save.isPending}
      onSubmit={submit}
      fault={<Fault error={save.error} />}
    >
      {old && <PasswordField value={before} onValue={setBefore} />}
      <PasswordField
        fresh
        label={text.signIn.newPassword}
        name="new-password"
        autoFocus
        value={password}
        onValue={setPassword}
        fault={fault}
        hint={text.signIn.setPasswordLead}
      />
      <PasswordField fresh label={text.signIn.repeat} name="repeat-password" value={repeated} onValue={setRepeated} />
    </SignInFields>
  );
}

type TotpOffer = Schemas["FactorView"];

export function SetTotp({ onDone }: { onDone?: () => void }) {
  const [code, setCode] = useState("");
  const offer = useQuery({
    queryKey: ["totp"],
    queryFn: () => call<TotpOffer>("POST", "/me/totp"),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const confirm = useMutation({
    mutationFn: () =>
      call<{ recovery_codes: string[] }>("PUT", "/me/totp", { body: { code: code.replaceAll(/\s/g, "") } }),
  });
  async function leave() {
    await askSession();
    onDone?.();
  }
  if (confirm.data)
    return (
      <div className={style.form}>
        <p>{text.signIn.setTotpDone}</p>
        <ul className={style.codes}>
          {confirm.data.recovery_codes.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
        <Button look="primary" onClick={leave} autoFocus>
          {text.signIn.kept}
        </Button>
      </div>
    );
  if (offer.error) return <Failed error={offer.error} retry={() => void offer.refetch()} />;
  if (!offer.data) return <Skeleton />;
  return (
    <SignInFields
      submit={text.common.save}
      busy={confirm.isPending}
      onSubmit={() => confirm.mutate()}
      fault={<Fault error={confirm.error} />}
    >
      <img
        className={style.square}
        alt={text.signIn.setTotp}
        src={`data:image/svg+xml,${encodeURIComponent(offer.data.svg)}`}
      />
      <p>{text.signIn.setTotpSecret}</p>
      <p className={style.secret}>{offer.data.secret}</p>
      <CodeField value={code} onValue={setCode} />
    </SignInFields>
  );
}

export function SetUp({ needs }: { needs: "password" | "totp" }) {
  if (needs === "password")
    return (
      <Frame title={text.signIn.setPassword}>
        <SetPassword />
      </Frame>
    );
  return (
    <Frame title={text.signIn.setTotp} lead={text.signIn.setTotpLead}>
      <SetTotp />
    </Frame>
  );
}
