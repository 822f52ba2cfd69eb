import type { ComponentChildren, VNode } from 'preact';

/** A page or a part of one that has nothing to show: what to do next. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): VNode {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
