/** Returns the environment variable that holds a parameter for a script: `app-name` → `GANTZ_ARG_APP_NAME`. */
export function argumentVariable(parameter: string): string {
  return `GANTZ_ARG_${parameter.replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[^A-Z0-9_]/gu, '_')}`;
}
