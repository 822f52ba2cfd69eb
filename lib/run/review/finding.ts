/** Something about a tool's action that deserves a look; `text` is the part of the manifest that it is about. */
export type Finding = { severity: 'error' | 'warning'; message: string; hint?: string; text?: string };

type Marked = {
  severity: 'error' | 'warning';
  message: string;
  hint?: string;
  offset: number;
  length: number;
};

/** A problem of a text as a finding; what it marks is what is looked for in the manifest. */
export function findingOf(text: string, { severity, message, hint, offset, length }: Marked): Finding {
  return { severity, message, text: text.slice(offset, offset + length), ...(hint && { hint }) };
}
