// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.body;

import dev.sluice.plugin.dialect.PromptShape;
import dev.sluice.plugin.filter.Attribute;

/**
 * A body that was read and found good. Immutable.
 *
 * @param shape as it will be after {@code change}
 * @param bytes its length as the gateway holds it
 * @param change what is still to be done to it; whoever lets the request go does it
 * @param workedNanos how long the runner has worked on the request, without the times in which it waited for others
 */
public record ReadBody(PromptShape shape, int bytes, BodyChange change, long workedNanos) {
  /** Present behind a filter that has read the body. */
  public static final Attribute<ReadBody> ATTRIBUTE = Attribute.of("read_body", ReadBody.class);
}
