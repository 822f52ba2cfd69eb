import type { Environment, Output, Process } from './process.ts';

/** The width of a terminal that does not report one, in characters. */
const DEFAULT_COLUMNS = 80;

/** Colours parts of a text. Control characters in the text are escaped already. */
export type Paint = (text: string) => string;

/**
 * Returns a text with each control character as `\u001b`: C0 except line break and tab, DEL, C1 and the characters that
 * change the direction of text. A terminal would obey them. JSON stays valid JSON, because it has them only in strings.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]|\p{Bidi_Control}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Returns the process with outputs that escape control characters where they are terminals. Other outputs stay as they
 * are. An output is opened when it is first used. `given` returns stdout in place of that of the process.
 */
export function withSafeTerminals(process: Process, given = () => process.stdout): Process {
  let stdout: Output | undefined;
  let stderr: Output | undefined;
  return {
    argv: process.argv,
    env: process.env,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return (stdout ??= safeOutput(given(), process.env));
    },
    get stderr() {
      return (stderr ??= safeOutput(process.stderr, process.env));
    },
    get exitCode() {
      return process.exitCode;
    },
    set exitCode(code) {
      process.exitCode = code;
    },
    cwd: () => process.cwd(),
    ...(process.exit && { exit: (code: number) => process.exit?.(code) }),
    on: (event, listener) => process.on(event, listener),
    off: (event, listener) => process.off(event, listener),
  };
}

/** Returns an output that escapes control characters when `stream` is a terminal, and `stream` otherwise. */
export function safeOutput(stream: Output, env: Environment): Output {
  if (!stream.isTTY) return stream;
  return {
    write: (text) => stream.write(escapeControls(text)),
    once: (event, listener) => stream.once?.(event, listener),
    isTTY: true,
    get columns() {
      const given = /^[1-9]\d{0,4}$/.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : stream.columns;
      return given || DEFAULT_COLUMNS;
    },
    stream,
  };
}

/** Writes a text, with colours when the output is a terminal or FORCE_COLOR requests them. */
export function writePainted(output: Output, env: Environment, text: string, paint: Paint): void {
  if (hasColours(output, env)) (output.stream ?? output).write(paint(escapeControls(text)));
  else output.write(text);
}

/**
 * Returns true when text on this output is coloured. NO_COLOR prevails over FORCE_COLOR, and both over the kind of the
 * output. See https://no-color.org and https://force-color.org.
 */
function hasColours(output: Output, env: Environment): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced) return forced !== '0' && forced !== 'false';
  return output.isTTY === true && env['TERM'] !== 'dumb';
}

/** The codes that begin and end a format (ECMA-48, SGR). Loading node:util for them costs 50 page faults in each call. */
const FORMATS = {
  bold: [1, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

/** Returns a text in a colour or in bold. */
export function styled(
  format: keyof typeof FORMATS | readonly (keyof typeof FORMATS)[],
  text: string,
): string {
  const formats = typeof format === 'string' ? [format] : format;
  return formats.reduceRight((inner, name) => {
    const [begin, end] = FORMATS[name];
    return `\u001b[${begin}m${inner}\u001b[${end}m`;
  }, text);
}
