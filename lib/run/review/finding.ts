/** Something about a tool's action that deserves a look; `text` is the part of the manifest that it is about. */
export type Finding = { severity: 'error' | 'warning'; message: string; hint?: string; text?: string };
