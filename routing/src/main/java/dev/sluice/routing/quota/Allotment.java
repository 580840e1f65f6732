// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.quota.QuotaTree.Node;

/** How much of each quota a book may hand out in a window. Immutable or thread-safe. */
interface Allotment {
  /** All of it. */
  Allotment WHOLE =
      new Allotment() {
        @Override
        public long limit(Node node, QuotaWindow.Span span) {
          return node.quota.limit();
        }

        @Override
        public long kept(Node node, QuotaWindow.Span span) {
          return node.kept();
        }

        @Override
        public long reserve(Node node, QuotaWindow.Span span) {
          return node.quota.reserve();
        }
      };

  /** Use beyond which nothing more is reserved; {@link Quota#UNLIMITED} for no limit of its own. */
  long limit(Node node, QuotaWindow.Span span);

  /** What reserved quotas below keep. */
  long kept(Node node, QuotaWindow.Span span);

  /** What the quota keeps of its parent. */
  long reserve(Node node, QuotaWindow.Span span);
}
