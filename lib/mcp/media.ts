import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Success } from '../contract/envelope.ts';

/** The image or sound of an envelope as MCP content, and the envelope without its base64 text. */
type Media = { content: CallToolResult['content'][number]; rest: Success };

/**
 * Returns the media of an envelope whose `base64` is an image or sound by its `content_type`. Returns undefined for any
 * other envelope, also for an SVG image, which is text.
 */
export function mediaOf(envelope: Success): Media | undefined {
  const { base64: data, content_type: mimeType } = envelope;
  if (typeof data !== 'string' || typeof mimeType !== 'string') return undefined;
  const type = /^(image|audio)\/(?!svg\+xml)/.exec(mimeType)?.[1];
  if (type === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return undefined;
  const { base64: _, ...rest } = envelope;
  return { content: { type: type === 'image' ? 'image' : 'audio', data, mimeType }, rest };
}
