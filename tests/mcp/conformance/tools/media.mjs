/** A PNG of one pixel. */
export function image() {
  const base64 =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
  return { base64, content_type: 'image/png' };
}

/** A WAV file without samples. */
export function sound() {
  const base64 = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';
  return { base64, content_type: 'audio/wav' };
}
