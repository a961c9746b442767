/** The interface's strings. Another language is another file of the same shape. */
export * as text from "./en";
