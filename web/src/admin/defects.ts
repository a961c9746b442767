/** What a second person may find wrong with a document, by how much it matters; the server's list, kept equal by a test. */
export const DEFECTS = {
  critical: ["wrong-patient", "missing-page", "mixed-patients", "unreadable", "missed-hold", "missed-sensitivity"],
  major: ["wrong-type", "wrong-encounter", "wrong-date", "wrong-order", "duplicate", "cropped", "missing-back-side"],
  minor: ["skew", "rotation", "speckle", "blank-retained"],
} as const;

export type DefectClass = keyof typeof DEFECTS;
export type Defect = (typeof DEFECTS)[DefectClass][number];
export const DEFECT_CLASSES = Object.keys(DEFECTS) as DefectClass[];

/** Whether a document with these defects goes back to whoever accepted it. */
export function isReturned(defects: readonly Defect[]): boolean {
  return defects.some((defect) => !DEFECTS.minor.some((minor) => minor === defect));
}
