import { randomUUID } from 'node:crypto';
import { GantzError, type Outcome } from '../../contract/errors.ts';
import { importPart } from '../../generated/scripts.ts';
import type { Line } from '../../json/lines.ts';
import type { Word } from '../commands.ts';
import { commandArguments, SIZE_COMMANDS } from './commands-of.ts';
import { decodeBytes, MAX_LINE_BYTES, type End, type Part, type Type } from './format.ts';
import { parseHeader, parseLine } from './parse-line.ts';
import type { Step } from './steps.ts';
import { temporaryKey } from './temporary-key.ts';

/** Counts of structures, updated while an import runs. `types` counts the imported ones. */
export type ImportTally = {
  imported: number;
  /** How many of the imported structures replaced an existing key. */
  replaced: number;
  existing: number;
  expired: number;
  types: Partial<Record<Type, number>>;
};

export type ImportOptions = {
  /** The lines of an export. `close` ends a read that waits for input. */
  lines: AsyncGenerator<Line[]>;
  /** The namespace to import into; undefined for that of the export. */
  namespace: string | undefined;
  /** Replaces existing keys, which are kept otherwise. */
  overwrite: boolean;
  step: Step;
  /** Runs a step that an abort does not cancel. */
  cleanUp: Step;
  signal: AbortSignal;
  tally: ImportTally;
};

/** The reply of import-part.lua. */
type Reply = [state: 'part' | 'imported' | 'replaced' | 'existing' | 'expired', size: number];

/** A structure of several parts that is not whole yet. */
type Open = { key: Word; temporary: Word; type: Type; parts: number; size: number; skip: boolean };

/** How many structures are written at a time, and how many characters of them. */
const MOST_IN_FLIGHT = 256;
const CHARACTERS_IN_FLIGHT = 8 * 1024 * 1024;

/**
 * Imports the lines of an export, and resolves to the namespaces. Every structure is whole or absent at any time. Throws
 * INVALID_JSON and INVALID_PARAMETERS with the number of the line, INVALID_PARAMETERS for an export that is not complete, and
 * the failures of Redis. What was imported before stays, and `tally` has it.
 */
export async function importLines(options: ImportOptions): Promise<{ namespace: string; source: string }> {
  return await new Import(options).run();
}

class Import {
  readonly #options: ImportOptions;
  readonly #id = randomUUID().slice(0, 8);
  readonly #seen: Partial<Record<Type, number>> = {};
  #namespace = '';
  #source: string | undefined;
  #lineNumber = 0;
  #open: Open | undefined;
  #end: End | undefined;
  #inFlight = 0;
  #charactersInFlight = 0;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  async run(): Promise<{ namespace: string; source: string }> {
    const { signal } = this.#options;
    const abort = (): void => this.#fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      for (let lines = await this.#next(); lines; lines = await this.#next())
        for (const line of lines) await this.#take(line);
      await this.#settle();
      this.#throwFailure();
      if (this.#source === undefined || !this.#end) throw truncated(this.#source, this.#lineNumber);
      this.#checkEnd(this.#end);
      return { namespace: this.#namespace, source: this.#source };
    } finally {
      signal.removeEventListener('abort', abort);
      await this.#settle();
      await this.#removeOpen();
    }
  }

  /** Resolves to the next lines, and to undefined at the end of the input. Rejects as soon as a structure has failed. */
  #next(): Promise<Line[] | undefined> {
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        if (this.#failure) reject(this.#failure);
      };
      this.#wake = fail;
      fail();
      this.#options.lines.next().then(({ value, done }) => resolve(done ? undefined : value), reject);
    });
  }

  async #take(line: Line): Promise<void> {
    this.#lineNumber++;
    try {
      if ('problem' in line) throw unreadable(line.problem);
      if (line.text.trim() === '') return;
      if (this.#source === undefined) this.#begin(line.text);
      else await this.#takeLine(parseLine(line.text), line.text.length);
    } catch (error) {
      throw this.#atLine(error);
    }
  }

  #begin(text: string): void {
    const { namespace } = parseHeader(text);
    this.#source = namespace;
    this.#namespace = this.#options.namespace ?? namespace;
  }

  async #takeLine(line: Part | End, characters: number): Promise<void> {
    this.#throwFailure();
    if (this.#end) throw new GantzError('INVALID_PARAMETERS', 'it follows the last line of an export');
    if ('end' in line) {
      if (this.#open)
        throw new GantzError('INVALID_PARAMETERS', 'a part of a structure is missing before it');
      this.#end = line;
      return;
    }
    const key = keyOf(this.#namespace, line);
    if (line.part === undefined && !this.#open) await this.#startWhole(key, line, characters);
    else await this.#addPart(key, line);
  }

  /** Starts to write a structure of one line, when few enough are in flight. */
  async #startWhole(key: Word, part: Part, characters: number): Promise<void> {
    while (this.#inFlight >= MOST_IN_FLIGHT || this.#charactersInFlight >= CHARACTERS_IN_FLIGHT) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#throwFailure();
    }
    this.#countSeen(part.type);
    this.#inFlight++;
    this.#charactersInFlight += characters;
    void this.#write(key, temporaryKey(this.#namespace, this.#id, key), part, { part: 'whole', size: 0 })
      .then(
        ([state]) => this.#count(state, part.type),
        (error: unknown) => this.#fail(error),
      )
      .then(() => {
        this.#inFlight--;
        this.#charactersInFlight -= characters;
        this.#wake();
      });
  }

  /** Writes a part of a structure. The parts come one after the other, and each waits for the one before. */
  async #addPart(key: Word, part: Part): Promise<void> {
    const isFirst = part.part === 1;
    if (isFirst === (this.#open !== undefined) || (this.#open && !continues(this.#open, key, part)))
      throw new GantzError('INVALID_PARAMETERS', 'a part of a structure is missing before it');
    const open = (this.#open ??= {
      key,
      temporary: temporaryKey(this.#namespace, this.#id, key),
      type: part.type,
      parts: 0,
      size: 0,
      skip: false,
    });
    open.parts++;
    if (part.gone) {
      await this.#removeOpen();
      return;
    }
    if (!open.skip) {
      const name = part.more ? (isFirst ? 'first' : 'more') : 'last';
      const [state, size] = await this.#write(key, open.temporary, part, { part: name, size: open.size });
      open.size = size;
      open.skip = state !== 'part';
      if (open.skip) this.#count(state, part.type);
    }
    if (part.more) return;
    this.#countSeen(part.type);
    this.#open = undefined;
  }

  async #write(
    key: Word,
    temporary: Word,
    line: Part,
    { part, size }: { part: 'whole' | 'first' | 'more' | 'last'; size: number },
  ): Promise<Reply> {
    const { overwrite, step } = this.#options;
    const expiresAt = line.expires_at_ms === undefined ? '' : String(line.expires_at_ms);
    const settings = [
      part,
      overwrite ? 'replace' : 'keep',
      expiresAt,
      SIZE_COMMANDS[line.type],
      String(size),
    ];
    const reply = await step(({ run }) =>
      run(importPart, [temporary, key], [...settings, ...commandArguments(line)]),
    );
    return reply as Reply;
  }

  #count(state: Reply[0], type: Type): void {
    const { tally } = this.#options;
    if (state === 'existing' || state === 'expired') tally[state]++;
    if (state !== 'imported' && state !== 'replaced') return;
    tally.imported++;
    if (state === 'replaced') tally.replaced++;
    tally.types[type] = (tally.types[type] ?? 0) + 1;
  }

  #countSeen(type: Type): void {
    this.#seen[type] = (this.#seen[type] ?? 0) + 1;
  }

  #checkEnd({ types }: End): void {
    for (const type of new Set([...Object.keys(types), ...Object.keys(this.#seen)]) as Set<Type>) {
      if (types[type] === this.#seen[type]) continue;
      throw new GantzError(
        'INVALID_PARAMETERS',
        `The input has ${this.#seen[type] ?? 0} structures of type ${type}, and its last line says ${types[type] ?? 0}`,
        { hint: 'Lines are missing or were added. Export again.' },
      );
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#wake();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure;
  }

  async #settle(): Promise<void> {
    while (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Removes what was written of a structure that is not whole. It expires when this fails. */
  async #removeOpen(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (!open || open.skip) return;
    await this.#options.cleanUp(({ write }) => write(['UNLINK', open.temporary])).catch(() => undefined);
  }

  /** Adds the number of the line to a failure of the input. */
  #atLine(error: unknown): unknown {
    if (!(error instanceof GantzError) || !['INVALID_JSON', 'INVALID_PARAMETERS'].includes(error.code))
      return error;
    const { code, message, hint } = error;
    const place = message.startsWith('The ') ? message : `Line ${this.#lineNumber}: ${message}`;
    return new GantzError(code, place, {
      ...(hint !== undefined && { hint }),
      fields: { line: this.#lineNumber },
      cause: error.cause,
    });
  }
}

function continues(open: Open, key: Word, { part, type }: Part): boolean {
  return part === open.parts + 1 && type === open.type && Buffer.from(key).equals(Buffer.from(open.key));
}

function keyOf(namespace: string, { space, name }: Part): Word {
  const bytes = decodeBytes(name);
  const prefix = `${namespace}:${space}:`;
  return typeof bytes === 'string' ? prefix + bytes : Buffer.concat([Buffer.from(prefix), bytes]);
}

function unreadable(problem: 'too-long' | 'not-utf8'): GantzError {
  return problem === 'too-long'
    ? new GantzError('INVALID_PARAMETERS', `it is longer than ${MAX_LINE_BYTES} bytes`)
    : new GantzError('INVALID_JSON', 'it is not UTF-8 text');
}

function truncated(source: string | undefined, lines: number): GantzError {
  return source === undefined
    ? new GantzError('INVALID_PARAMETERS', 'The input is empty', {
        hint: 'gantz import reads what gantz export writes. When the input is a pipe, see the failure of gantz export.',
      })
    : new GantzError('INVALID_PARAMETERS', `The export is not complete: it ends after line ${lines}`, {
        hint: 'What came before is imported. Import the whole export: keys that exist are skipped. When the input is a pipe, see the failure of gantz export.',
        fields: { line: lines },
      });
}

/** Returns the outcome of an import that failed, from that of the failure and from what was imported before. */
export function outcomeOfImport(outcome: Outcome, { imported }: ImportTally): Outcome {
  return outcome === 'none' && imported > 0 ? 'applied' : outcome;
}
