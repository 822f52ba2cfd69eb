import type { Interpreter } from './judgement.ts';
import type { Assigned } from './word.ts';
import type { Cursor } from './cursor.ts';
import type { Flow } from './flow.ts';
import type { HereDocuments } from './here-documents.ts';
import type { Ends, Pipelines } from './pipelines.ts';
import type { Scope } from './scope.ts';

/** Where an expansion stands: shells read quotes in it accordingly. */
export type Surroundings = 'word' | 'double' | 'here';

/** What those who read a script share. Each reads what begins at the cursor, and leaves the cursor behind it. */
export type Reading = {
  interpreter: Interpreter;
  cursor: Cursor;
  flow: Flow;
  scope: Scope;
  documents: HereDocuments;
  pipelines: Pipelines;
  /** What the script assigns to a variable. */
  assigned: Assigned;
  /** Reads an expansion, for what is a part of one and may hold another. */
  expand: (surroundings: Surroundings) => void;
  /** Reads commands, for what is a part of one and holds others; `written` when they read what the command writes. */
  commands: (ends: Ends, written?: boolean) => 'esac' | undefined;
  /** The variables that another source has evaluated. */
  evaluatedIn: (text: string) => ReadonlySet<string>;
};
