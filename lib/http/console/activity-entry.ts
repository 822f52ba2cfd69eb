/** A call that has ended, as a line of the activity feed. The console reads it. */
export type ActivityEntry = {
  id: number;
  time: string;
  interface: string;
  tool: string;
  success: boolean;
  code?: string;
  outcome?: string;
  duration_ms: number;
  /** What gantz did besides running the tool. */
  gantz?: Readonly<Record<string, unknown>>;
};
