import { Flow, type Input } from './flow.ts';
import { judgeCommand } from './judgement/command.ts';
import { judgeConditional } from './judgement/conditions.ts';
import type { Interpreter, Judgement } from './judgement/judgement.ts';
import { FIRST, OUTPUT, POSITIONAL, namesIn, outputsIn } from './judgement/names.ts';
import {
  ARITHMETIC,
  EVALUATED_VARIABLE,
  SUBSCRIPT,
  OPERAND,
  RANGE,
  NAMES_VARIABLE,
  UNSURE,
  type Objection,
} from './judgement/objections.ts';
import type { Word } from './judgement/word.ts';

/** How a placeholder is written into the source, by its place. */
export type Place =
  /** A word of its own or a part of one; nothing at all when the parameter is omitted. */
  | 'word'
  /** Where the grammar wants a word, even an empty one. */
  | 'one-word'
  /** Between double quotes, or in a here-document. */
  | 'double'
  /** Where quotes would be text: an arithmetic expression. */
  | 'bare';

/** A placeholder at the place where it stands, and what speaks against it there. */
export type Use = { hole: string; objections: Objection[] };

/** `evaluated` are the variables whose values the source itself has evaluated. */
export type Lexed = { source: string; uses: Use[]; evaluated: ReadonlySet<string> };

type Options = {
  interpreter: Interpreter;
  /** The characters that stand for placeholders, each one of a kind. */
  holes: ReadonlySet<string>;
  /** The texts that a placeholder may have, as far as its schema lists them. */
  texts: (hole: string) => readonly string[];
  /** The text that takes a placeholder's place. */
  reference: (hole: string, place: Place) => string;
};

type Pipeline = { start: number; text: string; pos: number };
type HereDocument = {
  delimiter: string;
  quoted: boolean;
  strip: boolean;
  /** The piece of output that holds the delimiter as written. */
  chunk: number;
  pipeline: Pipeline;
  /** The commands that read it. */
  readers: Reader[];
};
/** What becomes of input. */
type Reader = (input: Input) => void;
type Surroundings = 'word' | 'double' | 'here';
type Block = {
  ends: ')' | 'case' | 'text';
  pipeline: Pipeline;
  piped: boolean;
  /** The compound commands that are open, each with the pipeline it is a part of. */
  around: { pipeline: Pipeline; piped: boolean; inside: string; body?: Pipeline | undefined }[];
};

const HOLE_RANGE = /[\uE000-\uF8FF]/;
const BLANK = /(?:[ \t]|\\\n)+/y;
const NAME = /[A-Za-z_]\w*/y;
const EXPANDED = /[#!]?(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/y;
const WORD_ENDS = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);
const OPENS = new Set(['if', 'while', 'until', '{']);
const CLOSES = new Set(['fi', 'done', '}']);
const CONTINUES = new Set(['then', 'else', 'elif', 'do', '!', 'time', 'coproc']);
const ASSIGNS = /^([A-Za-z_]\w*)(?:\[[^=]*\]|\[.*?\])?\+?=/s;

/**
 * Reads shell source whose placeholders are single characters and writes it again with a quoted reference in the
 * place of each. It knows quotes, substitutions, here-documents and which word is what in a command; where it loses
 * the thread, every placeholder is objected to.
 */
export function lex(text: string, options: Options): Lexed {
  const lexer = new Lexer(text, options);
  lexer.script();
  return { source: lexer.source(), uses: lexer.uses, evaluated: lexer.evaluated };
}

class Lexer {
  readonly uses: Use[] = [];
  readonly #options: Options;
  readonly #dash: boolean;
  readonly #script: string;
  #text: string;
  #pos = 0;
  #out: string[] = [];
  #documents: HereDocument[] = [];
  /** How many times output was written to such a command. */
  #outputs = 0;
  readonly #flow: Flow;
  /** The function whose body is read, and the one whose body is to come. */
  #inside = '';
  #defines: string | undefined;
  #broken = false;
  #unsureFrom = Infinity;
  #block: Block = { ends: 'text', pipeline: { start: 0, text: '', pos: 0 }, piped: false, around: [] };

  constructor(text: string, options: Options) {
    this.#text = text;
    this.#script = text;
    this.#options = options;
    this.#dash = options.interpreter === 'dash';
    this.#flow = new Flow(options.interpreter);
  }

  script(): void {
    this.#commands('text');
    if (this.#documents.length > 0) this.#broken = true;
    if (this.#broken) this.#object(0, this.uses.length, UNSURE);
    for (const { from, to, objection } of this.#flow.settle()) this.#object(from, to, objection);
  }

  get evaluated(): ReadonlySet<string> {
    return this.#flow.evaluated;
  }

  source(): string {
    return this.#out.join('');
  }

  // Reading and writing

  #at(offset = 0): string {
    return this.#text[this.#pos + offset] ?? '';
  }

  #starts(text: string): boolean {
    return this.#text.startsWith(text, this.#pos);
  }

  #copy(length = 1): string {
    const text = this.#text.slice(this.#pos, this.#pos + length);
    this.#pos += length;
    if (this.#hasHole(text)) {
      // A hole that no rule expected: it gets its reference, and an objection.
      for (const char of text) {
        if (this.#isHole(char)) this.#use(char, 'double', UNSURE);
        else this.#out.push(char);
      }
    } else {
      this.#out.push(text);
    }
    return text;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#pos;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  #isHole(char: string): boolean {
    return char >= '\uE000' && char <= '\uF8FF' && this.#options.holes.has(char);
  }

  #hasHole(text: string): boolean {
    return HOLE_RANGE.test(text) && text.split('').some((char) => this.#isHole(char));
  }

  #use(hole: string, place: Place, objection?: Objection): void {
    const objections = objection ? [objection] : [];
    if (this.uses.length >= this.#unsureFrom) objections.push(UNSURE);
    this.uses.push({ hole, objections });
    this.#out.push(this.#options.reference(hole, place));
  }

  #object(from: number, to: number, objection: Objection): void {
    for (const use of this.uses.slice(from, to)) use.objections.push(objection);
  }

  #unsure(): void {
    this.#unsureFrom = Math.min(this.#unsureFrom, this.uses.length);
  }

  /** Runs `read` on another text as if it stood here. */
  #within(text: string, read: () => void): void {
    const [outer, pos] = [this.#text, this.#pos];
    [this.#text, this.#pos] = [text, 0];
    read();
    [this.#text, this.#pos] = [outer, pos];
  }

  // Commands

  /** Commands up to their end; `part` when they are a part of the command around them and read its input. */
  #commands(ends: Block['ends'], part = false): 'esac' | undefined {
    const outer = this.#block;
    const { pipeline, piped } = outer;
    const block: Block =
      part && piped
        ? { ends, pipeline, piped, around: [{ pipeline, piped, inside: this.#inside }] }
        : { ends, pipeline: this.#pipeline(), piped: false, around: [] };
    this.#block = block;
    try {
      return this.#list(block);
    } finally {
      this.#block = outer;
    }
  }

  #list(block: Block): 'esac' | undefined {
    // After `|` lines and comments may come before the command that reads what is piped.
    let open = false;
    for (;;) {
      this.#blanks();
      const char = this.#at();
      if (char !== '\n' && char !== '#' && char !== '|') open = false;
      if (char === '') {
        if (block.ends !== 'text') this.#broken = true;
        return undefined;
      }
      if (char === '\n') {
        this.#newline();
        if (!open) this.#nextPipeline();
      } else if (char === '#') {
        this.#comment();
      } else if (char === ')') {
        if (block.ends === ')') return undefined;
        this.#broken = true;
        this.#copy();
      } else if (char === ';') {
        if (block.ends === 'case' && /^;[;&|]/.test(this.#text.slice(this.#pos, this.#pos + 2)))
          return undefined;
        this.#copy();
        this.#nextPipeline();
      } else if (char === '&') {
        this.#copy(this.#starts('&&') ? 2 : 1);
        this.#nextPipeline();
      } else if (char === '|') {
        if (this.#starts('||')) {
          this.#copy(2);
          this.#nextPipeline();
        } else {
          this.#copy(this.#starts('|&') ? 2 : 1);
          block.piped = true;
          open = true;
        }
      } else if (char === '(') {
        if (this.#starts('((') && this.#arithmetic(2)) continue;
        this.#glued(1);
        this.#copy();
        const { pipeline, piped } = block;
        block.around.push({
          pipeline,
          piped,
          inside: this.#inside,
          body: this.#defines === undefined ? undefined : this.#pipeline(),
        });
        this.#inside = this.#defines ?? this.#inside;
        this.#defines = undefined;
        this.#commands(')', true);
        this.#leave();
        this.#close(')');
      } else if (this.#command(block) === 'esac') {
        return 'esac';
      }
    }
  }

  #pipeline(): Pipeline {
    return { start: this.uses.length, text: this.#text, pos: this.#pos };
  }

  #evaluates(names: readonly string[]): void {
    for (const name of names) this.#flow.evaluated.add(this.#scoped(name));
  }

  /** Every function has arguments of its own. */
  #scoped(name: string): string {
    return name === POSITIONAL || name === FIRST ? `${name}${this.#inside}` : name;
  }

  #input(from: number, to: number, raw: string): Input {
    const names = /[$`]|<\(/.test(raw) ? namesIn({ raw, value: undefined }, false) : [];
    return { from, to, names: names.map((name) => this.#scoped(name)) };
  }

  #nextPipeline(): void {
    const block = this.#block;
    const around = block.around.at(-1);
    const inside = around?.piped ? around.pipeline : undefined;
    block.pipeline = inside ?? this.#pipeline();
    block.piped = inside !== undefined;
  }

  #enter(): void {
    const { around, pipeline, piped } = this.#block;
    around.push({
      pipeline,
      piped,
      inside: this.#inside,
      body: this.#defines === undefined ? undefined : this.#pipeline(),
    });
    this.#inside = this.#defines ?? this.#inside;
    this.#defines = undefined;
    this.#nextPipeline();
  }

  #leave(): void {
    const outer = this.#block.around.pop();
    if (!outer) return;
    this.#block.pipeline = outer.pipeline;
    this.#block.piped = outer.piped;
    if (outer.body) this.#prints(this.#inside, outer.body);
    this.#inside = outer.inside;
  }

  /** What a function may print: whatever its body holds. */
  #prints(name: string, body: Pipeline): void {
    this.#flow.assigns(OUTPUT + name, this.#piped({ pipeline: body }, this.uses.length));
  }

  #command(block: Block): 'esac' | undefined {
    const words: Word[] = [];
    const documents: HereDocument[] = [];
    const inputs: Input[] = [];
    const outputs = this.#outputs;
    const finish = () => {
      // What runs inside of >( ) reads what this command writes.
      if (this.#outputs > outputs) {
        this.#object(block.pipeline.start, this.uses.length, UNSURE);
        if (words[0]?.value === 'exec')
          this.#flow.late.push({ command: undefined, ...this.#input(0, Infinity, this.#script) });
      }
      this.#judge(words, block, documents, inputs);
    };
    for (;;) {
      this.#blanks();
      const char = this.#at();
      if (char === '&' && this.#at(1) === '>') {
        this.#copy();
        continue;
      }
      if (char === '' || '\n;&|)#'.includes(char)) break;
      if ((char === '<' || char === '>') && this.#at(1) !== '(') {
        this.#redirect(documents, inputs);
        continue;
      }
      if (char === '(') {
        if (words.length === 0) break;
        this.#copy();
        this.#blanks();
        // `name ()` begins a function; anything else is not what this reader knows.
        if (words.length !== 1 || this.#at() !== ')') this.#broken = true;
        else this.#copy();
        if (words[0]) this.#function(words[0]);
        return undefined;
      }
      const first = words.length === 0;
      const word = this.#word(first ? 'first' : 'argument');
      if (/^(?:\d+|\{[A-Za-z_]\w*\})$/.test(word.raw) && '<>'.includes(this.#at() || ' ')) continue;
      if (!first) {
        words.push(word);
        continue;
      }
      if (word.raw === 'esac' && block.ends === 'case') return 'esac';
      if (word.raw === 'time' && this.#match(/[ \t]+-/y) !== '') {
        const option = this.#match(/[ \t]+(?:-p|--)(?=[ \t])/y);
        this.#copy(option.length);
        if (option === '') words.push(word);
        continue;
      }
      if (word.raw === 'coproc')
        this.#copy(
          this.#match(/[ \t]+[A-Za-z_]\w*(?=[ \t]+(?:[{([]|(?:while|until|for|if|case|select)[ \t]))/y)
            .length,
        );
      if (this.#defines !== undefined && word.raw !== '{') {
        // The body of a function is something else than usual: its arguments are anyone's.
        this.#defines = undefined;
        this.#unsure();
      }
      if (CONTINUES.has(word.raw)) continue;
      if (OPENS.has(word.raw)) this.#enter();
      else if (CLOSES.has(word.raw)) this.#leave();
      else if (word.raw === 'for' || word.raw === 'select') {
        this.#enter();
        this.#loop();
        return undefined;
      } else if (word.raw === 'case') {
        this.#case();
        return undefined;
      } else if (word.raw === 'function') {
        this.#blanks();
        const name = this.#word('one-word');
        this.#function(name);
        this.#blanks();
        if (this.#at() === '(' && this.#at(1) === ')') this.#copy(2);
        return undefined;
      } else if (word.raw === '[[' && !this.#dash) {
        this.#conditional();
      } else if (ASSIGNS.test(word.raw)) {
        const [, name = ''] = ASSIGNS.exec(word.raw) ?? [];
        this.#flow.assigns(name, this.#input(word.from, word.to, word.raw));
        if (/^\w+\+?=\(/.test(word.raw)) this.#flow.evaluated.add(`${name}()`);
        if (this.#isHole(/^\w+=\(\s*["']?(.)/s.exec(word.raw)?.[1] ?? ''))
          this.#flow.assigns(`${name}[0]`, { from: word.from, to: word.to, names: [] });
        // A value that is a name is followed where it is evaluated as a number or as a name.
        if (/^[A-Za-z_]\w*$/.test(word.raw.slice(word.raw.indexOf('=') + 1)))
          this.#flow.copies(name, [word.raw.slice(word.raw.indexOf('=') + 1)]);
        if (block.piped && /\$\(|`/.test(word.raw)) this.#flow.assigns(name, this.#piped(block, word.from));
      } else {
        words.push(word);
      }
    }
    finish();
    return undefined;
  }

  /** Objects to what the command does with its words, and notes what it does with its input. */
  #judge(words: Word[], block: Block, documents: HereDocument[], inputs: Input[]): void {
    const judgement = judgeCommand(words, {
      interpreter: this.#options.interpreter,
      assigned: (name) => this.#valuesOf(name),
    });
    for (const { from, to, ...objection } of judgement.objections) this.#object(from, to, objection);
    this.#evaluates(judgement.evaluates);
    for (const { name, word } of judgement.assigns)
      this.#flow.assigns(this.#scoped(name), this.#input(word.from, word.to, word.raw));
    this.#parse(judgement.sources);
    if (judgement.renames) this.#disguise();
    for (const word of judgement.endOptionsBefore)
      this.#out[word.chunk] = `-- ${this.#out[word.chunk] ?? ''}`;
    const command = words[0]?.value;
    // What is redirected into a compound command is read by the commands inside of it.
    const compound = words.length === 0;
    const verdict = judgement.input ?? (compound ? this.#flow.reader : undefined);
    const names = compound ? this.#flow.read : judgement.reads;
    if (judgement.input?.severity === 'error') {
      this.#flow.reader = judgement.input;
      this.#flow.readers++;
    }
    for (const name of judgement.reads) this.#flow.read.add(name);
    const shell = command === 'exec' && words.length === 1;
    const reader: Reader = (input) => {
      for (const { from, to, objection } of this.#flow.give(input, verdict, names))
        this.#object(from, to, objection);
      if (shell) this.#flow.late.push({ command: undefined, ...input });
      else if (command !== undefined) this.#flow.late.push({ command, ...input });
    };
    if (command !== undefined) {
      for (const [index, { from, to, raw }] of words.slice(1).entries())
        this.#flow.calls.push({ command, first: index === 0, ...this.#input(from, to, raw) });
    }
    for (const document of documents) document.readers.push(reader);
    inputs.forEach(reader);
    if (!block.piped) return;
    reader(this.#piped(block, words[0]?.from ?? this.uses.length));
    for (const document of this.#documents) {
      if (document.pipeline === block.pipeline) document.readers.push(reader);
    }
  }

  /** What comes through the pipeline up to here. */
  #piped({ pipeline: { start, text, pos } }: Pick<Block, 'pipeline'>, to: number): Input {
    const written = text === this.#text ? text.slice(pos, this.#pos) : '';
    const input = this.#input(start, to, written);
    return { ...input, names: [...input.names, ...outputsIn(written)] };
  }

  /** Source that is plain text: what it has evaluated is evaluated, be it a variable or one of its arguments. */
  #parse(sources: Judgement['sources']): void {
    for (const { text, words } of sources) {
      const lexer = new Lexer(text, {
        ...this.#options,
        interpreter: this.#dash ? 'sh' : this.#options.interpreter,
      });
      lexer.script();
      this.#evaluates([...lexer.evaluated].filter((name) => !name.startsWith(POSITIONAL)));
      if (!lexer.evaluated.has(POSITIONAL)) continue;
      for (const { from, to, raw } of words) {
        this.#object(from, to, EVALUATED_VARIABLE);
        this.#evaluates(this.#input(from, to, raw).names);
      }
    }
  }

  #function(name: Word): void {
    this.#object(name.from, name.to, NAMES_VARIABLE);
    if (name.value !== undefined) this.#flow.functions.add(name.value);
    this.#defines = name.value;
  }

  /** What the whole script assigns to a variable, as far as it is plain text. */
  #valuesOf(name: string): readonly (string | undefined)[] {
    if (this.#isHole(name)) return this.#options.texts(name);
    const assignment = new RegExp(
      `(?<![\\w$])${name}:?\\+?=(?:"([^"\\\\$\`]*)"|'([^']*)'|([^\\s;&|(){}<>"'\\\\$\`]*))(.?)`,
      'gs',
    );
    return Array.from(this.#script.matchAll(assignment), ([, double, single, bare, after = '']) => {
      const value = double ?? single ?? bare ?? '';
      return /^[\s;&|)}]?$/.test(after) && !this.#hasHole(value) ? value : undefined;
    });
  }

  #loop(): void {
    this.#blanks();
    if (this.#starts('((')) {
      if (!this.#arithmetic(2)) this.#broken = true;
      return;
    }
    const name = this.#word('one-word');
    this.#object(name.from, name.to, NAMES_VARIABLE);
    const first = this.uses.length;
    const start = this.#pos;
    const gap = this.#match(/(?:[ \t\n]|\\\n)*in(?=[ \t\n;&|])/y);
    if (gap === '') {
      // Without `in` it goes through the arguments.
      this.#flow.assigns(name.raw, this.#input(first, first, '$@'));
      return;
    }
    this.#copy(gap.length);
    for (;;) {
      this.#blanks();
      const char = this.#at();
      if (char === '' || '\n;&|)#'.includes(char)) {
        this.#flow.assigns(
          name.raw,
          this.#input(first, this.uses.length, this.#text.slice(start, this.#pos)),
        );
        return;
      }
      if (char === '(' || ((char === '<' || char === '>') && this.#at(1) !== '(')) {
        this.#broken = true;
        return;
      }
      this.#word('argument');
    }
  }

  #case(): void {
    this.#blanks();
    this.#word('one-word');
    this.#space();
    if (this.#match(/in(?=[ \t\n\\])/y) === '') {
      this.#broken = true;
      return;
    }
    this.#copy(2);
    for (;;) {
      this.#space();
      if (this.#match(/esac(?![\w-])/y) !== '') {
        this.#copy(4);
        return;
      }
      if (this.#at() === '(') this.#copy();
      for (;;) {
        this.#blanks();
        if (this.#at() === '' || WORD_ENDS.has(this.#at())) {
          this.#broken = true;
          return;
        }
        this.#word('one-word');
        this.#blanks();
        if (this.#at() !== '|') break;
        this.#copy();
      }
      if (!this.#close(')')) return;
      if (this.#commands('case', true) === 'esac') return;
      const end = this.#match(/;;&|;[;&|]/y);
      if (end === '') {
        this.#broken = true;
        return;
      }
      this.#copy(end.length);
    }
  }

  #conditional(): void {
    const words: Word[] = [];
    for (;;) {
      while (/[ \t\n()<>|&!]/.test(this.#at())) {
        if (this.#starts('<(') || this.#starts('>(')) break;
        this.#copy();
      }
      const char = this.#at();
      if (char === '' || char === ';') {
        this.#broken = true;
        return;
      }
      if (char === '#') {
        // A comment to some, a word to others.
        this.#unsure();
        this.#comment();
        continue;
      }
      const word = this.#word('one-word');
      if (word.raw === ']]') break;
      words.push(word);
    }
    const { objections, evaluates } = judgeConditional(words);
    for (const { from, to, ...objection } of objections) this.#object(from, to, objection);
    this.#evaluates(evaluates);
  }

  #redirect(documents: HereDocument[], inputs: Input[]): void {
    const operator = this.#match(/<<<|<<-|<<|<&|<>|<|>>|>&|>\||>/y);
    this.#copy(operator.length);
    this.#blanks();
    if (operator === '<<' || operator === '<<-') {
      this.#delimiter(operator === '<<-', documents);
      return;
    }
    if (this.#at() === '' || '\n;&|()#'.includes(this.#at())) {
      this.#broken = true;
      return;
    }
    const { from, to, raw } = this.#word('one-word');
    if (operator === '<<<' || operator === '<') inputs.push(this.#input(from, to, raw));
  }

  // Here-documents

  #delimiter(strip: boolean, documents: HereDocument[]): void {
    const written = this.#match(/(?:'[^'\n]*'|"[^"\n\\]*"|\\[^\n]|[^ \t\n;&|<>()'"\\])+/y);
    const after = this.#text[this.#pos + written.length] ?? '\n';
    if (written === '' || this.#hasHole(written) || /[`$]/.test(written) || !/[ \t\n;&|<>()]/.test(after)) {
      this.#broken = true;
      return;
    }
    const document: HereDocument = {
      delimiter: written.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'),
      quoted: /['"\\]/.test(written),
      strip,
      chunk: this.#out.length,
      pipeline: this.#block.pipeline,
      readers: [],
    };
    this.#copy(written.length);
    this.#documents.push(document);
    documents.push(document);
  }

  #newline(): void {
    this.#copy();
    const documents = this.#documents;
    this.#documents = [];
    for (const document of documents) this.#document(document);
  }

  #document(document: HereDocument): void {
    const { delimiter, quoted, strip, chunk, readers } = document;
    const start = this.#pos;
    let end = start;
    let line = '';
    // Lines so far of which each goes on in the next one.
    let joined = '';
    for (;;) {
      const newline = this.#text.indexOf('\n', end);
      line = this.#text.slice(end, newline === -1 ? undefined : newline);
      if ((strip ? line.replace(/^\t+/, '') : line) === delimiter) {
        // A line that ends in a backslash goes on in the next one, even in the one that would end the document.
        if (!quoted && joined !== '') this.#broken = true;
        break;
      }
      joined = /(?:^|[^\\])(?:\\\\)*\\$/.test(line) ? joined + line.slice(0, -1) : joined && joined + line;
      if (!quoted && joined.replaceAll('\t', '') === delimiter.replaceAll('\t', '')) this.#broken = true;
      if (!line.endsWith('\\')) joined = '';
      if (newline === -1) {
        this.#broken = true;
        this.#copy(this.#text.length - this.#pos);
        return;
      }
      end = newline + 1;
    }
    const body = this.#text.slice(start, end);
    const from = this.uses.length;
    if (!this.#hasHole(body) && (quoted || !/[$`]/.test(body))) {
      this.#copy(body.length + line.length);
    } else if (quoted) {
      this.#unquoted(body, chunk);
      this.#pos = end + line.length;
    } else {
      this.#within(body, () => this.#expanding());
      this.#pos = end;
      this.#copy(line.length);
    }
    for (const reader of readers) reader(this.#input(from, this.uses.length, quoted ? '' : body));
  }

  /** A document whose delimiter was quoted, as one whose is not: the body escaped so that it means the same. */
  #unquoted(body: string, chunk: number): void {
    let delimiter = 'GANTZ_END';
    while (this.#text.includes(delimiter)) delimiter += '_';
    this.#out[chunk] = delimiter;
    for (const char of body) {
      if (this.#isHole(char)) this.#use(char, 'double');
      else this.#out.push(/[\\$`]/.test(char) ? `\\${char}` : char);
    }
    this.#out.push(delimiter);
  }

  #expanding(): void {
    while (this.#at() !== '') {
      const char = this.#at();
      if (char === '\\') this.#copy(2);
      else if (char === '$') this.#dollar('here');
      else if (char === '`') this.#backticks('here');
      else if (this.#isHole(char)) this.#hole('double');
      else this.#copy();
    }
  }

  // Words

  #blanks(): void {
    const blanks = this.#match(BLANK);
    if (blanks !== '') this.#copy(blanks.length);
  }

  /** Blanks, newlines and comments. */
  #space(): void {
    for (;;) {
      this.#blanks();
      if (this.#at() === '\n') this.#newline();
      else if (this.#at() === '#') this.#comment();
      else return;
    }
  }

  #comment(): void {
    // What stands in a comment says nothing to the shell: the placeholder is dropped.
    const comment = this.#match(/[^\n]*/y);
    this.#pos += comment.length;
    this.#out.push(Array.from(comment, (char) => (this.#isHole(char) ? '' : char)).join(''));
  }

  #close(char: string): boolean {
    if (this.#at() === char) {
      this.#copy();
      return true;
    }
    this.#broken = true;
    return false;
  }

  #hole(place: Place): void {
    this.#use(this.#at(), place);
    this.#pos++;
  }

  #word(role: 'first' | 'argument' | 'element' | 'one-word'): Word {
    const start = this.#pos;
    const from = this.uses.length;
    const chunk = this.#out.push('') - 1;
    // The first word of a command must not vanish, or else the next one would be the command.
    const place: Place = role === 'one-word' || role === 'first' ? 'one-word' : 'word';
    let kept = false;
    let braces = false;
    let value = '';
    let prefix: string | undefined;
    let leading = false;
    // Where the text after the last expansion begins.
    let settled = 0;
    const dynamic = (hole: boolean) => {
      if (prefix === undefined && value === '') leading = hole;
      prefix ??= value;
      settled = value.length;
    };
    for (;;) {
      const char = this.#at();
      const sofar = this.#text.slice(start, this.#pos);
      if ((char === '<' || char === '>') && this.#at(1) === '(') {
        this.#copy(2);
        this.#substitution(char === '>');
        dynamic(false);
      } else if (char === '(' && sofar !== '') {
        if (/^[A-Za-z_]\w*\+?=$/.test(sofar)) this.#array();
        else if (/[?*+@!]$/.test(sofar) && !(role === 'first' && sofar === '!')) this.#group();
        else if (this.#options.interpreter === 'zsh' && role !== 'first') this.#group();
        else break;
        dynamic(false);
      } else if (char === '' || WORD_ENDS.has(char)) {
        break;
      } else if (this.#isHole(char)) {
        dynamic(true);
        this.#hole(place);
        kept ||= place === 'one-word';
      } else if (char === "'") {
        const before = this.uses.length;
        value += this.#single("'", '"');
        if (this.uses.length > before) dynamic(true);
      } else if (char === '"') {
        const before = this.uses.length;
        const part = this.#double();
        if (part.dynamic) {
          if (prefix === undefined) {
            leading = value === '' && part.prefix === '' && this.uses.length > before;
            prefix = value + part.prefix;
          }
          settled = value.length;
          value += part.tail;
        } else {
          value += part.prefix;
        }
      } else if (char === '\\') {
        if (this.#at(1) !== '\n') value += this.#at(1);
        // Only a word that ends here, or the line does, is as it looks.
        else if (!/[ \t\n;&|)\\]/.test(this.#at(2) || ' ')) this.#disguise();
        this.#copy(2);
      } else if (char === '$') {
        const before = this.uses.length;
        const was = this.#pos;
        this.#dollar('word');
        const taken = this.#text.slice(was, this.#pos);
        if (taken === '$') value += this.#at() === '"' ? '' : '$';
        else if (/^\$'[^\\]*$/.test(taken) && this.uses.length === before) value += taken.slice(2, -1);
        else {
          // A command that is spelled with escapes is not worth reading.
          if (taken.startsWith("$'") && role === 'first' && !ASSIGNS.test(sofar)) this.#disguise();
          dynamic(this.uses.length > before);
        }
      } else if (char === '`') {
        this.#backticks('word');
        dynamic(false);
      } else if (char === '[' && role !== 'one-word' && this.#subscript(sofar, role)) {
        prefix ??= value;
      } else {
        // A pattern is the names of files, and braces are several words.
        if (this.#match(/[*?]|\[[^\s\]]+\]|\{(?=[^\s}])/y) !== '') dynamic(false);
        braces ||= char === '{' && /[^\s}]/.test(this.#at(1));
        value += this.#copy();
        if (braces) settled = value.length;
      }
    }
    const raw = this.#text.slice(start, this.#pos);
    if (this.#options.interpreter !== 'zsh' && this.#hasHole(/\{[^{}\s]*\.\.[^{}\s]*\}/.exec(raw)?.[0] ?? ''))
      this.#object(from, this.uses.length, RANGE);
    const bare = value === '' && !/^\$\{\w+:-[^}$`]+\}$/.test(raw);
    if (raw === '') {
      // Nothing was read where a word must be: step over it rather than stand still.
      this.#broken = true;
      this.#copy();
    }
    return {
      raw,
      value: prefix === undefined ? value : undefined,
      prefix: prefix ?? value,
      tail: value.slice(settled),
      leading,
      vanishes: prefix !== undefined && bare && !kept && (!/["']/.test(raw) || raw.includes('@')),
      from,
      to: this.uses.length,
      chunk,
    };
  }

  /** `name[…]` of an assignment, or `[…]=` of an array's element; false when this bracket is just text. */
  #subscript(sofar: string, role: 'first' | 'argument' | 'element'): boolean {
    if (!(role === 'element' ? sofar === '' : /^\{?[A-Za-z_]\w*$/.test(sofar))) return false;
    const from = this.uses.length;
    const start = this.#pos;
    if (this.#dash || role === 'argument') {
      const region = this.#match(/\[[^\s\]]*\]/y);
      if (!this.#hasHole(region)) return false;
      this.#forbidden(region.length, SUBSCRIPT);
      return true;
    }
    for (let depth = 0; ;) {
      const char = this.#at();
      if (char === '' || char === '\n') {
        this.#broken = true;
        return true;
      }
      // Where arrays are not known, a blank ends the word.
      if (/\s/.test(char) && this.#options.interpreter === 'sh') this.#unsure();
      if (char === '\\') {
        this.#glued(0);
        this.#copy(2);
      } else if (char === '$') this.#dollar('double');
      else if (char === '`') this.#backticks('double');
      else if (char === '"') this.#double();
      else if (char === "'") this.#single("'", '"');
      else if (this.#isHole(char)) this.#hole('bare');
      else {
        this.#copy();
        if (char === '[') depth++;
        if (char === ']' && --depth === 0) break;
      }
    }
    this.#object(from, this.uses.length, SUBSCRIPT);
    this.#evaluates(namesIn({ raw: this.#text.slice(start, this.#pos), value: undefined }, true));
    return true;
  }

  #array(): void {
    this.#copy();
    for (;;) {
      this.#space();
      const char = this.#at();
      if (char === ')') {
        this.#copy();
        return;
      }
      if (char === '' || (WORD_ENDS.has(char) && !this.#starts('<(') && !this.#starts('>('))) {
        this.#broken = true;
        return;
      }
      this.#word('element');
    }
  }

  /** A group of a pattern, `@(a|b)`, in which nothing of a caller may stand. */
  #group(): void {
    const from = this.uses.length;
    this.#copy();
    for (;;) {
      const char = this.#at();
      if (char === '' || char === '\n') {
        this.#broken = true;
        return;
      }
      if (char === ')') break;
      if (char === '(') this.#group();
      else if (WORD_ENDS.has(char)) this.#copy();
      else this.#word('one-word');
    }
    this.#copy();
    this.#object(from, this.uses.length, UNSURE);
  }

  /** `'…'` (or `$'…'`): a placeholder ends the quote, stands between double quotes, and opens it again. */
  #single(open: string, quote: '"'): string {
    let value = '';
    this.#copy(open.length);
    for (;;) {
      const char = this.#at();
      if (char === '') {
        this.#broken = true;
        return value;
      }
      if (open !== "'" && char === '\\') {
        this.#copy(2);
        continue;
      }
      if (char === "'") {
        this.#copy();
        return value;
      }
      if (this.#isHole(char)) {
        this.#out.push("'", quote);
        this.#hole('double');
        this.#out.push(quote, open);
      } else {
        value += this.#copy();
      }
    }
  }

  #double(): { dynamic: boolean; prefix: string; tail: string } {
    let text = '';
    let prefix: string | undefined;
    let settled = 0;
    const dynamic = () => {
      prefix ??= text;
      settled = text.length;
    };
    const part = () => ({ dynamic: prefix !== undefined, prefix: prefix ?? text, tail: text.slice(settled) });
    this.#copy();
    for (;;) {
      const char = this.#at();
      if (char === '') {
        this.#broken = true;
        return part();
      }
      if (char === '"') {
        this.#copy();
        return part();
      }
      if (char === '\\') {
        const escaped = this.#copy(2);
        text += /[$`"\\\n]/.test(escaped.slice(1)) ? escaped.slice(1).replace('\n', '') : escaped;
      } else if (char === '$') {
        const was = this.#pos;
        this.#dollar('double');
        if (this.#pos - was > 1) dynamic();
        else text += '$';
      } else if (char === '`') {
        this.#backticks('double');
        dynamic();
      } else if (this.#isHole(char)) {
        this.#hole('double');
        dynamic();
      } else {
        text += this.#copy();
      }
    }
  }

  // Expansions

  /** From here on the source may be another one than it looks like, and evaluate any variable. */
  #disguise(): void {
    this.#unsure();
    this.#evaluates(['']);
  }

  /** Where a backslash and a newline stand inside of what belongs together, its parts are not what they look like. */
  #glued(offset: number): void {
    if (this.#at(offset) === '\\' && this.#at(offset + 1) === '\n') this.#disguise();
  }

  #dollar(surroundings: Surroundings): void {
    const next = this.#at(1);
    this.#glued(1);
    if (next === '(' || next === '{') this.#glued(2);
    if (this.#isHole(next)) {
      // A dollar before a value is a dollar, not the beginning of `$"…"` or `${…}`.
      this.#pos++;
      this.#out.push('\\$');
    } else if (next === '(') {
      if (this.#at(2) === '(' && this.#arithmetic(3)) return;
      this.#copy(2);
      this.#substitution();
    } else if (next === '{') {
      this.#parameter(surroundings);
    } else if (next === '[' && !this.#dash) {
      this.#oldArithmetic();
    } else if (next === "'" && surroundings === 'word') {
      this.#ansi();
    } else if (next === '"' && surroundings === 'word') {
      this.#copy();
    } else {
      this.#pos++;
      const name = this.#match(NAME) || this.#match(/[@*#?$!\d-]/y);
      this.#pos--;
      this.#copy(1 + name.length);
      if (name !== '') this.#glued(0);
      // zsh takes `$name[…]` for a subscript, also without braces.
      if (this.#options.interpreter === 'zsh' && name !== '' && this.#at() === '[') {
        const region = this.#match(/\[[^\]\n]*\]?/y);
        if (this.#hasHole(region)) this.#forbidden(region.length, SUBSCRIPT);
      }
      // The value of $~name is a pattern, and a pattern of zsh may hold commands.
      if (this.#options.interpreter === 'zsh' && name === '')
        this.#evaluates(namesIn({ raw: this.#match(/[=^]*~[=^~]*\w+/y), value: undefined }, true));
    }
  }

  /** Copies text that the shell evaluates, so that its placeholders are all objected to. */
  #forbidden(length: number, objection: Objection): void {
    this.#evaluates(
      namesIn({ raw: this.#text.slice(this.#pos, this.#pos + length), value: undefined }, true),
    );
    for (const char of this.#text.slice(this.#pos, this.#pos + length)) {
      if (this.#isHole(char)) this.#use(char, 'bare', objection);
      else this.#out.push(char);
    }
    this.#pos += length;
  }

  /** The inside of `$(…)`, `<(…)` and `>(…)`, and its closing parenthesis. */
  #substitution(writes = false): void {
    const outer = this.#documents;
    this.#documents = [];
    const { piped } = this.#block;
    const readers = this.#flow.readers;
    if (writes) this.#block.piped = true;
    this.#commands(')', true);
    this.#block.piped = piped;
    if (writes && this.#flow.readers > readers) this.#outputs++;
    if (this.#documents.length > 0) this.#broken = true;
    this.#documents = outer;
    this.#close(')');
  }

  #backticks(surroundings: Surroundings): void {
    let end = this.#pos + 1;
    while (end < this.#text.length && this.#text[end] !== '`') end += this.#text[end] === '\\' ? 2 : 1;
    if (end >= this.#text.length) {
      this.#broken = true;
      this.#copy(this.#text.length - this.#pos);
      return;
    }
    const written = this.#text.slice(this.#pos + 1, end);
    const hole = this.#hasHole(written);
    const first = this.#out.length;
    // The same command as $(…), which needs no levels of backslashes.
    const from = this.uses.length;
    const inside = written.replace(surroundings === 'double' ? /\\([\\`$"])/g : /\\([\\`$])/g, '$1');
    const outer = this.#documents;
    this.#documents = [];
    this.#out.push('$( ');
    this.#within(inside, () => this.#commands('text', true));
    this.#out.push('\n)');
    if (this.#documents.length > 0) this.#broken = true;
    this.#documents = outer;
    if (!hole) this.#out.splice(first, Infinity, this.#text.slice(this.#pos, end + 1));
    this.#pos = end + 1;
    if (surroundings === 'here' && written.includes('\\"')) this.#object(from, this.uses.length, UNSURE);
  }

  /** `((…))` or `$((…))`; false when it turns out to be a subshell inside of parentheses. */
  #arithmetic(opening: number): boolean {
    const end = this.#arithmeticEnd(this.#pos + opening);
    if (end === undefined) {
      // Two parentheses that are not closed as two: shells differ in what that is.
      this.#unsure();
      return false;
    }
    const from = this.uses.length;
    this.#evaluates(namesIn({ raw: this.#text.slice(this.#pos, end), value: undefined }, true));
    this.#copy(opening);
    while (this.#pos < end) {
      const char = this.#at();
      if (char === '\\') this.#copy(2);
      else if (char === '$') this.#dollar('double');
      else if (char === '`') this.#backticks('double');
      else if (char === '"') this.#double();
      else if (char === "'") this.#single("'", '"');
      else if (this.#isHole(char)) this.#hole('bare');
      else this.#copy();
    }
    if (this.#pos !== end) this.#broken = true;
    this.#object(from, this.uses.length, ARITHMETIC);
    this.#copy(2);
    return true;
  }

  #arithmeticEnd(start: number): number | undefined {
    let depth = 0;
    for (let at = start; at < this.#text.length; at++) {
      const char = this.#text[at];
      if (char === '\\') at++;
      else if (char === "'") {
        at = this.#text.indexOf("'", at + 1);
        if (at === -1) return undefined;
      } else if (char === '"') {
        for (at++; this.#text[at] !== '"'; at++) {
          if (this.#text[at] === '\\') at++;
          if (at >= this.#text.length) return undefined;
        }
      } else if (char === '(') depth++;
      else if (char === ')') {
        if (depth > 0) depth--;
        else return this.#text[at + 1] === ')' ? at : undefined;
      }
    }
    return undefined;
  }

  /** `$[…]`, an arithmetic expression to bash and zsh, and text to other shells. */
  #oldArithmetic(): void {
    const region = this.#match(/\$\[[^\]\n]*\]?/y);
    if (/['"`\\(]|\$[({]/.test(region)) this.#unsure();
    this.#forbidden(region.length, ARITHMETIC);
  }

  /** `$'…'`, which dash and some /bin/sh read as a dollar and a plain quote. */
  #ansi(): void {
    const from = this.uses.length;
    const certain = this.#options.interpreter === 'bash' || this.#options.interpreter === 'zsh';
    if (!certain && /\\'/.test(this.#match(/\$'[^']*'/y))) this.#unsure();
    if (this.#dash) {
      this.#copy();
      return;
    }
    this.#single("$'", '"');
    if (!certain) this.#object(from, this.uses.length, UNSURE);
  }

  #parameter(surroundings: Surroundings): void {
    this.#copy(2);
    const name = this.#match(EXPANDED);
    this.#copy(name.length);
    this.#glued(0);
    const region = name === '' ? '' : this.#match(/\[[^\]\n]*\]?/y);
    if (region !== '') this.#forbidden(region.length, SUBSCRIPT);
    const from = this.uses.length;
    const operator = name === '' ? '' : this.#match(/:?[-+?=]/y);
    this.#copy(operator.length);
    const start = this.#pos;
    const substring = operator === '' && this.#at() === ':';
    const pattern = /[#%]/.test(this.#at());
    this.#operand(surroundings, operator !== '' ? undefined : substring ? ARITHMETIC : OPERAND, pattern);
    if (substring)
      this.#evaluates(namesIn({ raw: this.#text.slice(start, this.#pos), value: undefined }, true));
    const transforms = operator === '' && this.#text.startsWith('@', start) && !name.startsWith('!');
    const indirect =
      /^!\w/.test(name) && !/^(?:\[[@*]\]|[@*])\}/.test(this.#text.slice(start - region.length, start + 3));
    if (transforms || indirect) this.#evaluates([name.replace('!', '')]);
    if (
      this.#options.interpreter === 'zsh' &&
      name === '' &&
      /^(?:\([^)]*[eP%#~]|[=^]*~)/.test(this.#text.slice(start, this.#pos))
    )
      this.#evaluates(namesIn({ raw: this.#text.slice(start, this.#pos), value: undefined }, true));
    if (operator.endsWith('='))
      this.#flow.assigns(name, this.#input(from, this.uses.length, this.#text.slice(start, this.#pos)));
    if (operator.endsWith('=') && surroundings === 'word') this.#object(from, this.uses.length, OPERAND);
  }

  /** What stands after the operator of `${…}`; `interpreted` is the objection to what would not stay text there. */
  #operand(surroundings: Surroundings, interpreted: Objection | undefined, pattern: boolean): void {
    for (;;) {
      const from = this.uses.length;
      const char = this.#at();
      if (char === '') {
        this.#broken = true;
        return;
      }
      if (char === '}') {
        this.#copy();
        return;
      }
      if (char === '\\') this.#copy(2);
      else if (char === '$') this.#dollar(surroundings);
      else if (char === '`') this.#backticks(surroundings);
      else if (this.#isHole(char)) {
        this.#hole(interpreted ? 'bare' : surroundings === 'word' ? 'one-word' : 'double');
      } else if (char === "'" && surroundings === 'word') this.#single("'", '"');
      else if (char === "'") {
        // Shells differ in whether this quotes; it makes no difference only around plain text.
        const plain = this.#match(/'[^'"`$\\}]*'/y);
        if (plain === '' || this.#hasHole(plain)) this.#unsure();
        this.#copy(plain.length || 1);
      } else if (char === '"' && surroundings !== 'here') {
        this.#double();
        // Quotes make text of what would be a pattern.
        if (pattern) continue;
      } else this.#copy();
      if (interpreted) this.#object(from, this.uses.length, interpreted);
    }
  }
}
