/** Replaces hyphens by underscores: on the command line, `rate-limit` and `rate_limit` are the same name. */
export function foldName(name: string): string {
  return name.replaceAll('-', '_');
}

/** Returns the command-line flag of a parameter: `--only-if` for `only_if`. */
export function flagOf(parameter: string): string {
  return `--${parameter.replaceAll('_', '-')}`;
}
