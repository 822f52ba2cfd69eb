import { isObject } from './object.ts';

/**
 * Returns the target with a JSON merge patch (RFC 7396) applied: objects are merged at every level, a null removes a member,
 * any other value replaces. The arguments stay unchanged.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name), value));
  }
  // An assignment would lose a member named __proto__.
  return Object.fromEntries(members);
}
