/** A function of a module beside the manifest: `current` of `weather`. */
export type HandlerAction = { kind: 'handler'; module: string; function: string };
