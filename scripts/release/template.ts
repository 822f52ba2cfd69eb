/** Replaces each `@NAME@` in a text. Throws for a name without a value. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The template names @${name}@, which has no value`);
    return value;
  });
}
