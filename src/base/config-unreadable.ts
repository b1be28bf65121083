/** Thrown by whoever reads the text of a setting, and turned into a coded error with its place by config.ts. */

/** What is wrong with a value, as the end of a sentence. */
export class Unreadable extends Error {}
