/** A program in a process of its own: `shell` source, or a `command` with `args`. */
export type ScriptAction = {
  kind: 'script';
  env: Record<string, string | null>;
  stdin?: string;
  workingDir?: string;
} & ({ shell: string; interpreter: 'sh' | 'bash' | 'zsh' | 'dash' } | { command: string; args: string[] });
