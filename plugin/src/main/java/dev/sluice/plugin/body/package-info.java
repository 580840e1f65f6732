// SPDX-License-Identifier: Apache-2.0
/**
 * The body of a request between the filters: read once, by whichever comes first, and described to those behind it by a {@link
 * dev.sluice.plugin.body.ReadBody}. The body itself is dropped: who needs it again fetches it again, and what is to change in it travels as a
 * {@link dev.sluice.plugin.body.BodyChange}, which is as small as the change.
 */
@NullMarked
package dev.sluice.plugin.body;

import org.jspecify.annotations.NullMarked;
