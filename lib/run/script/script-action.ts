/** A program in a new process: `shell` source, or a `command` with `args`. */
export type ScriptAction = {
  kind: 'script';
  env: Record<string, string | null>;
  stdin?: string;
  workingDir?: string;
} & ({ shell: string; interpreter: 'sh' | 'bash' | 'zsh' | 'dash' } | { command: string; args: string[] });
