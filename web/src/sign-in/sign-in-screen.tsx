/** Signing in. */
import { useQuery } from "@tanstack/react-query";
import { Navigate, useSearch } from "@tanstack/react-router";
import { useSession } from "../app/session";
import { parts } from "../design/parts";
import { text } from "../text";
import { SignInForm } from "./form";
import { Frame } from "./frame";

export default function SignInScreen() {
  const { session } = useSession();
  const { to } = useSearch({ strict: false }) as { to?: string };
  // The address exists only where the hospital's own sign-in is configured.
  const oidc = useQuery({
    queryKey: ["oidc"],
    queryFn: async () => (await fetch("/oidc/start", { method: "HEAD", redirect: "manual" })).type === "opaqueredirect",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Only a place of this application, never somebody else's address.
  if (session) return <Navigate to={to?.startsWith("/") && !to.startsWith("//") ? to : "/"} replace />;
  return (
    <Frame title={text.product}>
      <SignInForm />
      {oidc.data && (
        <a className={parts.button} href="/oidc/start">
          {text.signIn.oidc}
        </a>
      )}
    </Frame>
  );
}
