/** A one-time link: signs its person in once, who then chooses a password. */
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { signInByLink, useSession } from "../app/session";
import { Button } from "../design/parts";
import { Fault } from "../design/states";
import { text } from "../text";
import { Frame } from "./frame";

/** The token stands behind the #, so that no server on the way and no log ever sees it. */
export function tokenOf(hash: string, search: string): string {
  const fragment = hash.replace(/^#/, "");
  return new URLSearchParams(fragment).get("token") ?? new URLSearchParams(search).get("token") ?? fragment;
}

export default function LinkScreen() {
  const { session } = useSession();
  const [token] = useState(() => tokenOf(location.hash, location.search));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (session) return <Navigate to="/" replace />;

  // A press, not the mere opening: programs that look at links in mail would use it up.
  async function use() {
    setBusy(true);
    setError(null);
    try {
      history.replaceState(null, "", "/link");
      await signInByLink(token);
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Frame title={text.signIn.link} lead={text.signIn.linkConfirm}>
      <Fault error={error} />
      <Button look="primary" autoFocus disabled={busy || token === ""} onClick={use}>
        {busy ? text.signIn.linkWorking : text.signIn.linkUse}
      </Button>
    </Frame>
  );
}
