/** A function of a module beside the manifest, such as `current` of `weather`. */
export type HandlerAction = { kind: 'handler'; module: string; function: string };
