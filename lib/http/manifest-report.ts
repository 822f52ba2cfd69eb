/** What a server has loaded, and what came of reading its files again. The console reads it. */
export type ManifestReport = {
  /** When the current manifest was read, as an ISO date. */
  loaded_at: string;
  /** The files of the manifest, its own first, from its folder, and `builtin:redis` when it includes that. */
  files: string[];
  /** The settings of the guards that the manifest gives to all tools that they are for. */
  default_guards: Readonly<Record<string, unknown>>;
  /** The problems of the files as they are now. */
  problems: ShownProblems;
  /** The last reloads, the newest first. */
  reloads: ReloadEntry[];
};

export type ReloadEntry = {
  id: number;
  time: string;
} & (
  | { success: true; tools: number; changes: Changes }
  | {
      success: false;
      problems: ShownProblems;
      /** Why the manifest cannot be loaded, when it is not a problem in a file. */
      error?: string;
    }
);

/** The names of the tools that a reload added, removed and changed, of those that the options of the server allow. */
export type Changes = {
  added: string[];
  removed: string[];
  changed: { tool: string; parts: string[] }[];
  /** The parts of the manifest that changed besides its tools. */
  parts: string[];
};

/** The problems that a client may see, and how many others there are. */
export type ShownProblems = { shown: ShownProblem[]; hidden: number };

export type ShownProblem = {
  severity: 'error' | 'warning';
  message: string;
  file: string;
  line: number;
  column: number;
  /** The line with the problem, and a caret below the column. */
  source?: string;
  hint?: string;
  tool?: string;
};
