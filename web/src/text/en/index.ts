/** Every string that people read, in English: one file for each group of screens. */
export * from "./everywhere";
export * from "./oversight";
export * from "./record";
export * from "./requests";
export * from "./retention";
export * from "./search";
export * from "./shell";
export * from "./sign-in";
export * from "./station";
export * from "./system";
export * from "./words";
export * from "./work";
