/** Signing in again over the screen that somebody was working on; what they typed stays where it is. */
import { useSession } from "../app/session";
import { Dialog } from "../design/parts";
import { text } from "../text";
import { SignInForm } from "./form";

export function SignInAgain() {
  const { session } = useSession();
  return (
    <Dialog title={text.signIn.again} onClose={() => {}} firm>
      <p>{text.signIn.againLead}</p>
      <SignInForm login={session?.person.login ?? undefined} />
    </Dialog>
  );
}
