// SPDX-License-Identifier: Apache-2.0
/**
 * The ext-plugin wire protocol: frames and FlatBuffers bytes on one side, plain values on the other.
 *
 * <p>A frame is one type byte, a three byte big-endian payload length and the payload, a FlatBuffers table of the A6 schema.
 * {@link dev.sluice.plugin.protocol.FrameDecoder} cuts the byte stream into frames, {@link
 * dev.sluice.plugin.protocol.A6Codec} turns payloads into {@link dev.sluice.plugin.protocol.A6Message} values and {@link
 * dev.sluice.plugin.protocol.A6Reply} values into frames. A value holds copies: nothing outside this package ever sees the
 * buffer it was read from, so a buffer can be released the moment decoding returns.
 *
 * <p>The tables are read and written here directly rather than through generated accessors. Reading checks every offset,
 * length and count against the payload, which generated accessors do not; writing goes forward into one pooled buffer, and
 * reaches the schema's newest fields.
 */
@NullMarked
package dev.sluice.plugin.protocol;

import org.jspecify.annotations.NullMarked;
