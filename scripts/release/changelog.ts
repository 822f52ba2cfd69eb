const UNRELEASED = '## Unreleased\n';

/**
 * Moves the lines below "Unreleased" to a new section with the version and the date. Returns the new text and the moved lines.
 * Throws when there are no such lines.
 */
export function moveUnreleased(
  changelog: string,
  version: string,
  date: string,
): { text: string; notes: string } {
  const start = changelog.indexOf(UNRELEASED);
  if (start === -1) throw new Error('CHANGELOG.md has no section "Unreleased"');
  const body = start + UNRELEASED.length;
  const next = changelog.indexOf('\n## ', body);
  const notes = changelog.slice(body, next === -1 ? undefined : next).trim();
  if (notes === '') throw new Error('The section "Unreleased" of CHANGELOG.md is empty');
  const rest = next === -1 ? '' : changelog.slice(next);
  return {
    text: `${changelog.slice(0, body)}\n## ${version} - ${date}\n\n${notes}\n${rest}`,
    notes,
  };
}
