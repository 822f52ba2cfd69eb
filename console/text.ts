/**
 * Returns a text with each character that is invisible or changes the direction of text as `\u001b`: C0 except line break and tab,
 * DEL, C1, the controls of direction, characters without width and halves of surrogate pairs.
 */
export function visible(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u200b-\u200d\u2060\ufeff\u2028\u2029]|\p{Cs}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Returns the first `length` characters of a text, with `…` when it is longer. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** Returns a number of milliseconds for a person: `0.4 ms`, `12 ms`, `1.25 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** Returns a number of bytes for a person: `812 B`, `12 KB`, `5.1 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Returns the time of day of an ISO date: `14:03:22`, and its milliseconds: `.118`. */
export function timeOfDay(iso: string): { time: string; fraction: string } {
  const date = new Date(iso);
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');
  return {
    time: [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part)).join(':'),
    fraction: `.${pad(date.getMilliseconds(), 3)}`,
  };
}

/** Returns a text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Returns a time to live, of which `passedMs` have passed: `for ever`, `12 s`, `59 min`, `3 h`, `4 days`. */
export function timeLeft(ms: number | null, passedMs: number): string {
  if (ms === null) return 'for ever';
  const seconds = Math.max(0, Math.ceil((ms - Math.max(0, passedMs)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
