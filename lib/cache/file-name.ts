/**
 * Returns a file name for a text of any length: a hash of 64 bits. Two texts may have the same name, so a cache file contains the text
 * that it is for. To load node:crypto for a digest takes longer than to read the file.
 */
export function fileNameOf(text: string): string {
  return hash(text, 0x811c9dc5) + hash(text, 0x01234567);
}

/** Returns FNV-1a of the code units, with an offset basis. */
function hash(text: string, basis: number): string {
  let value = basis;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
