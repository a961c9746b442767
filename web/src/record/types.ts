/** What the server says of documents, records and charts. */
import type { Schemas } from "../api/types";

export type PatientView = Schemas["PatientView"];
export type DocumentView = Schemas["DocumentView"];
export type VersionView = Schemas["VersionView"];
export type RecordView = Schemas["RecordView"];
export type ChartView = Schemas["ChartView"];
