/** Retention policies, holds and disposals, in English. */
import { number } from "./words";

const records = (n: number) => (n === 1 ? "1 record" : `${number(n)} records`);

export const policies = {
  title: "Retention policies",
  lead: "Dated rules with their sources. Whoever drafts a policy does not approve it. A shorter period applies only after a review.",
  draft: "Draft a policy",
  ruleSet: "Rule sets",
  ruleSetHint: "Names of the rule sets, such as california; several are parted by spaces.",
  effective: "In force from",
  version: "Version",
  policyTitle: "Title",
  author: "Drafted by",
  approver: "Approved by",
  rules: "Rules",
  impact: "Impact",
  impactTitle: (version: string) => `What version ${version} would change`,
  impactLead: "Computed for every record that is in the archive now. Nothing changes until the policy is approved.",
  approve: "Approve",
  withdraw: "Withdraw",
  emptyTitle: "No policy is in force",
  empty:
    "Without one nothing can be destroyed: records are kept without an end. Draft a policy from one of the rule sets.",
  forecast: "What becomes due",
};

export const holds = {
  title: "Holds",
  lead: "What is held is not destroyed, whatever its period. A release takes two people.",
  place: "Place a hold",
  matter: "Matter",
  matterHint: "The case's number, without patient data",
  reason: "Reason",
  custodian: "Custodian",
  scope: "What is held",
  patient: "Patient number",
  query: "Search words",
  records: "Records",
  placed: "Placed",
  release: "Release",
  askRelease: "Ask for release",
  keep: "Keep the hold",
  active: "Active",
  released: "Released",
  releaseAsked: (who: string) => `Release asked for by ${who}`,
  emptyTitle: "No holds",
  empty: "Nothing is held at the moment.",
};

export const disposals = {
  title: "Disposals",
  lead: "Proposed by one person, reviewed, approved by two others, destroyed with a signed certificate. Holds and dates are checked again for every object.",
  propose: "Propose what is due",
  proposeLead: "Makes a list of the records whose period has passed. It destroys nothing.",
  eligible: (n: number) =>
    n === 0
      ? "No record's period has passed: there is nothing to propose."
      : `${number(n)} records' periods have passed. The proposal lists them; it destroys nothing.`,
  tooFew: (n: number, needed: number) =>
    `Destruction is switched off: ${n} people may take part, and it takes ${needed} different ones to propose, review and approve.`,
  records: "Records",
  proposed: "Proposed",
  approvals: "Approvals",
  approvalsOf: (n: number) => `${n} of 2`,
  cancel: "Cancel",
  certificate: "Certificate",
  from: "May be destroyed from",
  record: "Record",
  lastDay: "Last day",
  decidedBy: "Policy",
  keepBack: "Keep back",
  keepBackHint: "Reason to keep it",
  keepBackWhy: (record: string) => `Reason to keep record ${record} back`,
  steps: {
    review: {
      button: "Review",
      title: "Review a proposal",
      submit: (n: number) => `Pass on ${records(n)}`,
      lead: "Look at each record. Whatever has a reason to be kept leaves the proposal; the others go on to two approvals.",
    },
    approve: {
      button: "Approve",
      title: "Approve a destruction",
      submit: (n: number) => `Approve for ${records(n)}`,
      lead: "Two people who did not propose it approve. Then the period of grace begins; until its end the proposal can be cancelled.",
    },
    "carry-out": {
      button: "Destroy",
      title: "Destroy what was approved",
      submit: (n: number) => `Destroy ${records(n)}`,
      lead: "Every version is removed from the archive, its replica, the index and the caches. Nobody can bring it back. What is held, or not due any more, stays.",
    },
  },
  carriedOut: "What was destroyed",
  outcome: (destroyed: number, stopped: number, locked: number) =>
    [
      `${records(destroyed)} destroyed.`,
      stopped > 0 ? `${records(stopped)} kept: something stands against it now.` : "",
      locked > 0
        ? `${records(locked)} still locked by the archive: destroy the rest when the locks have ended.`
        : "The certificate is issued.",
    ]
      .filter(Boolean)
      .join(" "),
  emptyTitle: "Nothing is proposed",
  empty: "When the period of records has passed, propose their destruction here.",
};
