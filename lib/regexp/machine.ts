import { sameCharacter, type CharacterTest } from './characters.ts';
import type { Instruction, Program } from './program.ts';

/** How many more steps a machine may take before it pauses. */
export type Fuel = { steps: number };

type Registers = readonly number[];

/**
 * A backtracking matcher that can pause. It takes the choices of ECMAScript in their order. Without registers, it never tries
 * an instruction twice at the same position, so its time grows with the text times the program.
 */
export class Machine {
  readonly #program: Program;
  readonly #text: Uint32Array;
  #instruction: number;
  #position: number;
  #registers: Registers;
  /** Other choices, three numbers each: instruction, position, and the last position of this choice. */
  readonly #choices: number[] = [];
  readonly #registersOfChoices: Registers[] = [];
  readonly #tried: PairSet | undefined;
  /** The lookaround that is being matched. */
  #look: Machine | undefined;

  /** `text` holds the code points of a text. The match begins at `instruction` and `position`. */
  constructor(
    program: Program,
    text: Uint32Array,
    instruction: number,
    position: number,
    registers: Registers = new Array<number>(program.registers).fill(-1),
  ) {
    this.#program = program;
    this.#text = text;
    this.#instruction = instruction;
    this.#position = position;
    this.#registers = registers;
    this.#tried = program.registers === 0 ? new PairSet(text.length + 1) : undefined;
  }

  /** Returns whether the pattern matches at one position; undefined when it paused. */
  run(fuel: Fuel): boolean | undefined {
    while (fuel.steps-- > 0) {
      const instruction = this.#program.instructions[this.#instruction];
      if (!instruction || instruction.op === 'match') return true;
      const isNew = this.#look !== undefined || this.#tried?.add(this.#instruction, this.#position) !== false;
      const done = isNew && this.#execute(instruction, fuel);
      if (done === undefined) return undefined;
      if (!done && !this.#takeNextChoice()) return false;
    }
    return undefined;
  }

  #takeNextChoice(): boolean {
    const [last, position, instruction] = [this.#choices.pop(), this.#choices.pop(), this.#choices.pop()];
    const registers = this.#registersOfChoices.pop();
    if (instruction === undefined || position === undefined || last === undefined || !registers) return false;
    if (position !== last) this.#offer(instruction, position + Math.sign(last - position), last, registers);
    this.#instruction = instruction;
    this.#position = position;
    this.#registers = registers;
    return true;
  }

  #offer(instruction: number, position: number, last = position, registers = this.#registers): void {
    this.#choices.push(instruction, position, last);
    this.#registersOfChoices.push(registers);
  }

  /** Executes an instruction. Returns false when it does not match, and undefined when it paused. */
  #execute(instruction: Exclude<Instruction, { op: 'match' }>, fuel: Fuel): boolean | undefined {
    switch (instruction.op) {
      case 'look':
        return this.#runLook(instruction, fuel);
      case 'char':
        if (!this.#matches(instruction.test, instruction.step)) return false;
        this.#position += instruction.step;
        this.#instruction++;
        return true;
      case 'run':
        return this.#run(instruction, fuel);
      case 'split': {
        const { to } = instruction;
        for (let index = to.length - 1; index > 0; index--) this.#offer(to[index] ?? 0, this.#position);
        this.#instruction = to[0] ?? 0;
        return true;
      }
      case 'jump':
        this.#instruction = instruction.to;
        return true;
      case 'fail':
        return false;
      case 'edge':
        this.#instruction++;
        return this.#isAtEdge(instruction.kind, instruction.multiline);
      case 'boundary':
        this.#instruction++;
        return (
          (this.#matches(instruction.word, 1) !== this.#matches(instruction.word, -1)) !== instruction.negate
        );
      case 'begin':
        this.#set([instruction.begin, this.#position]);
        this.#instruction++;
        return true;
      case 'group': {
        const { group, begin, step } = instruction;
        const [from, to] = [this.#register(begin), this.#position];
        this.#set([group * 2, step === 1 ? from : to], [group * 2 + 1, step === 1 ? to : from]);
        this.#instruction++;
        return true;
      }
      case 'back':
        this.#instruction++;
        return this.#repeat(instruction, fuel);
      case 'reset':
        this.#set([instruction.counter, 0]);
        this.#instruction++;
        return true;
      case 'loop': {
        const { counter, mark, min, max, greedy, clear, exit } = instruction;
        const count = this.#register(counter);
        const before = this.#registers;
        const body = this.#instruction + 1;
        if (count >= max) {
          this.#instruction = exit;
          return true;
        }
        this.#set([counter, count + 1], [mark, this.#position]);
        this.#set(...clear.flatMap((group) => [[group * 2, -1] as const, [group * 2 + 1, -1] as const]));
        if (count < min) this.#instruction = body;
        else if (greedy) {
          this.#offer(exit, this.#position, this.#position, before);
          this.#instruction = body;
        } else {
          this.#offer(body, this.#position);
          this.#registers = before;
          this.#instruction = exit;
        }
        return true;
      }
      case 'again': {
        const { counter, mark, min, loop } = instruction;
        // An iteration that is not needed must consume something.
        if (this.#register(counter) > min && this.#register(mark) === this.#position) return false;
        this.#instruction = loop;
        return true;
      }
    }
  }

  #run({ test, step, min, max, greedy }: Extract<Instruction, { op: 'run' }>, fuel: Fuel): boolean {
    const begin = this.#position;
    let count = 0;
    while (count < max && this.#matches(test, step)) {
      this.#position += step;
      count++;
    }
    fuel.steps -= count;
    if (count < min) return false;
    const [least, most] = [begin + min * step, this.#position];
    this.#position = greedy ? most : least;
    this.#instruction++;
    if (least !== most)
      this.#offer(this.#instruction, greedy ? most - step : least + step, greedy ? least : most);
    return true;
  }

  /** Matches the text of a group again. A group that has not matched is an empty text. */
  #repeat({ groups, flags, step }: Extract<Instruction, { op: 'back' }>, fuel: Fuel): boolean {
    const group = groups.find((one) => this.#register(one * 2 + 1) >= 0);
    if (group === undefined) return true;
    const [from, to] = [this.#register(group * 2), this.#register(group * 2 + 1)];
    const length = to - from;
    const begin = step === 1 ? this.#position : this.#position - length;
    if (begin < 0 || begin + length > this.#text.length) return false;
    for (let index = 0; index < length; index++)
      if (!sameCharacter(this.#text[from + index] ?? 0, this.#text[begin + index] ?? 0, flags)) return false;
    fuel.steps -= length;
    this.#position += length * step;
    return true;
  }

  #runLook({ negate, end }: Extract<Instruction, { op: 'look' }>, fuel: Fuel): boolean | undefined {
    this.#look ??= new Machine(
      this.#program,
      this.#text,
      this.#instruction + 1,
      this.#position,
      this.#registers,
    );
    const found = this.#look.run(fuel);
    if (found === undefined) return undefined;
    if (found && !negate) this.#registers = this.#look.#registers;
    this.#look = undefined;
    this.#instruction = end;
    return found !== negate;
  }

  /** Returns true when the test holds for the next character, or for the one before with the step -1. */
  #matches(test: CharacterTest, step: 1 | -1): boolean {
    const code = this.#text[step === 1 ? this.#position : this.#position - 1];
    return code !== undefined && test(code);
  }

  #isAtEdge(kind: 'start' | 'end', multiline: boolean): boolean {
    const code = this.#text[kind === 'start' ? this.#position - 1 : this.#position];
    return code === undefined || (multiline && LINE_ENDS.has(code));
  }

  #register(index: number): number {
    return this.#registers[index] ?? -1;
  }

  #set(...values: (readonly [index: number, value: number])[]): void {
    const registers = [...this.#registers];
    for (const [index, value] of values) registers[index] = value;
    this.#registers = registers;
  }
}

const LINE_ENDS = new Set([0xa, 0xd, 0x2028, 0x2029]);

const PAGE_BITS = 32_768;
/** Pages of 4 KiB each. */
const MAX_PAGES = 16_384;

/** A set of pairs of an instruction and a position. When it holds 64 MiB, it begins again, which costs only time. */
class PairSet {
  readonly #width: number;
  readonly #pages = new Map<number, Uint32Array>();

  constructor(width: number) {
    this.#width = width;
  }

  /** Adds a pair. Returns false when it is already there. */
  add(instruction: number, position: number): boolean {
    const bit = instruction * this.#width + position;
    const number = Math.floor(bit / PAGE_BITS);
    let page = this.#pages.get(number);
    if (!page) {
      if (this.#pages.size >= MAX_PAGES) this.#pages.clear();
      this.#pages.set(number, (page = new Uint32Array(PAGE_BITS / 32)));
    }
    const offset = bit % PAGE_BITS;
    const [word, mask] = [offset >>> 5, 1 << (offset & 31)];
    if (((page[word] ?? 0) & mask) !== 0) return false;
    page[word] = (page[word] ?? 0) | mask;
    return true;
  }
}
