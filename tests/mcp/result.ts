import type { Success } from '../../lib/contract/envelope.ts';
import type { Failure } from '../../lib/contract/errors.ts';

export type ToolResult = {
  content: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
};

export type CallOptions = {
  signal?: AbortSignal;
  onprogress?: (progress: { progress: number; message?: string | undefined }) => void;
};

/** Returns the envelope in a result's content. */
export function envelopeIn({ content }: ToolResult): Success | Failure {
  return JSON.parse(content[0]?.text ?? '') as Success | Failure;
}
