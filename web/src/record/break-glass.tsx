/** Emergency access: one patient, a reason, the password again, and an alarm that somebody reviews. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import { FormDialog } from "../design/form-dialog";
import { TextArea } from "../design/parts";
import { Notice } from "../design/states";
import { PasswordField } from "../sign-in/fields";
import { text } from "../text";

export function BreakGlass({ patient, onClose }: { patient: string; onClose(): void }) {
  const t = text.chart;
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const ask = useMutation({
    mutationFn: () => call("POST", "/break-glass", { body: { patient, reason, password }, anonymous: true }),
    onSuccess: onClose,
  });
  return (
    <FormDialog title={t.breakGlass} danger doing={ask} onClose={onClose}>
      <Notice tone="verify">{t.breakGlassLead}</Notice>
      <TextArea
        label={text.common.reason}
        required
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <PasswordField value={password} onValue={setPassword} />
    </FormDialog>
  );
}
