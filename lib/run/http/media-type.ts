/** Returns true for a media type of JSON, such as `application/problem+json`. The type has no parameters. */
export function isJsonType(type: string | undefined): boolean {
  return type !== undefined && /^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(type);
}

/** Returns true for a media type of several JSON texts, such as `application/x-ndjson`. */
export function isJsonLinesType(type: string | undefined): boolean {
  return (
    type !== undefined &&
    /^(?:application|text)\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-seq|json-lines)$/.test(type)
  );
}

/** Returns true for a media type whose content is never text: images, sound, video, fonts, and archives. */
export function isBinaryType(type: string): boolean {
  return /^(?:image\/(?!svg\+xml)|audio\/|video\/|font\/|application\/(?:pdf|zip|gzip|x-tar|wasm)$)/.test(
    type,
  );
}
