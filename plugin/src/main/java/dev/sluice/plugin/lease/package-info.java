// SPDX-License-Identifier: Apache-2.0
/**
 * Which lease belongs to which completion event.
 *
 * <p>A lease travels to the gateway as the response header {@code x-sluice-lease} and comes back in the log phase's event. Its
 * name is unique in the process and carries a MAC, because an upstream may send a header of the same name and because the
 * events port may be reached by others: only a name that verifies is looked up, and only the first end counts.
 */
@NullMarked
package dev.sluice.plugin.lease;

import org.jspecify.annotations.NullMarked;
