/** Login, password, and the second step when the server asks for it. */
import { useEffect, useState } from "react";
import { asProblem } from "../api/problem";
import { signIn } from "../app/session";
import { TextField } from "../design/parts";
import { sayProblem } from "../design/states";
import { text } from "../text";
import { CodeField, PasswordField, SignInFields } from "./fields";
import style from "./sign-in.module.css";

export function SignInForm({ login: fixed, onDone }: { login?: string | undefined; onDone?: () => void }) {
  const [login, setLogin] = useState(fixed ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [wait, setWait] = useState(0);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  async function submit() {
    setBusy(true);
    setFault(null);
    try {
      await signIn(login.trim(), password, needsCode ? code.replaceAll(/\s/g, "") : undefined);
      onDone?.();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "code-needed") setNeedsCode(true);
      else if (problem.status === 401) setFault(text.signIn.wrong);
      else if (problem.status === 429) setWait(Math.max(1, Math.ceil(Number(problem.body.retry_after ?? 5))));
      else setFault(sayProblem(problem));
    } finally {
      setBusy(false);
    }
  }

  return (
    <SignInFields
      submit={busy ? text.signIn.working : text.signIn.submit}
      busy={busy || wait > 0}
      onSubmit={() => void submit()}
      fault={
        <div role="alert" className={style.fault}>
          {wait > 0 ? text.signIn.wait(wait) : fault}
        </div>
      }
    >
      <TextField
        label={text.signIn.login}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={!fixed}
        required
        value={login}
        readOnly={Boolean(fixed)}
        onChange={(event) => setLogin(event.target.value)}
      />
      <PasswordField name="password" autoFocus={Boolean(fixed)} value={password} onValue={setPassword} />
      {needsCode && <CodeField hint={text.signIn.codeLead} value={code} onValue={setCode} />}
    </SignInFields>
  );
}
