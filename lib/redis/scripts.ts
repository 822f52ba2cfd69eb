/** One Lua script: its source and the SHA-1 of it, from lib/generated/scripts.ts. */
export type Script = { readonly name: string; readonly sha: string; readonly source: string };
