// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection's byte stream into frames. Not thread-safe; confined to the connection's event loop.
 *
 * <p>A frame that arrives in one piece is passed on in place. Otherwise its bytes are gathered in a buffer that grows with
 * what has arrived, never with what the header promises. A payload beyond the sink's limit is discarded as it streams in.
 */
public final class FrameDecoder {
  private static final int FIRST_GATHER_BYTES = 4096;

  /** Receives the frames, on the event loop, in order. */
  public interface Sink {
    /** The longest payload to gather of a frame whose header has just arrived. */
    long limitBytes(FrameType type);

    /** A frame; the payload is valid during this call only. */
    void frame(FrameType type, ByteBuf payload);

    /** A frame whose payload went beyond the limit and is gone. */
    void skipped(FrameType type, int payloadBytes);

    /** What follows can't be read: the stream is no sequence of frames, or would hold too much memory. Called once. */
    void unreadable(String reason);
  }

  private enum State {
    HEADER,
    PAYLOAD,
    SKIPPING,
    ENDED
  }

  private final MemoryAllowance allowance;
  private final ByteBufAllocator allocator;
  private State state = State.HEADER;
  private int header;
  private int headerBytes;
  private FrameType type = FrameType.ERROR;
  private int payloadBytes;
  private int missingBytes;
  private @Nullable ByteBuf gathered;

  /** A decoder at the start of a stream. */
  public FrameDecoder(MemoryAllowance allowance, ByteBufAllocator allocator) {
    this.allowance = allowance;
    this.allocator = allocator;
  }

  /** Reads all of {@code in}; the caller keeps owning it. */
  public void read(ByteBuf in, Sink sink) {
    while (in.isReadable() && state != State.ENDED) {
      switch (state) {
        case HEADER -> readHeader(in, sink);
        case PAYLOAD -> readPayload(in, sink);
        case SKIPPING -> skip(in, sink);
        case ENDED -> {}
      }
    }
  }

  /** Whether a frame has begun and not ended. */
  public boolean midFrame() {
    return headerBytes > 0 || state == State.PAYLOAD || state == State.SKIPPING;
  }

  /** Ends the stream and gives everything back; calling it again does nothing. */
  public void end() {
    state = State.ENDED;
    dropGathered();
  }

  private void readHeader(ByteBuf in, Sink sink) {
    while (headerBytes < Frame.HEADER_BYTES && in.isReadable()) {
      header = header << 8 | in.readUnsignedByte();
      headerBytes++;
    }
    if (headerBytes < Frame.HEADER_BYTES) {
      return;
    }
    headerBytes = 0;
    Optional<FrameType> named = FrameType.of(header >>> 24);
    if (named.isEmpty() || named.get() == FrameType.ERROR) {
      fail(sink, "no frame type of a gateway");
      return;
    }
    type = named.get();
    payloadBytes = header & Frame.MAX_PAYLOAD_BYTES;
    missingBytes = payloadBytes;
    state = payloadBytes > sink.limitBytes(type) ? State.SKIPPING : State.PAYLOAD;
    if (payloadBytes == 0) {
      readPayload(in, sink);
    }
  }

  private void readPayload(ByteBuf in, Sink sink) {
    if (gathered == null && in.readableBytes() >= missingBytes) {
      state = State.HEADER;
      sink.frame(type, in.readSlice(missingBytes));
      return;
    }
    int bytes = Math.min(in.readableBytes(), missingBytes);
    if (!allowance.take(bytes)) {
      fail(sink, "unfinished frames hold too much memory");
      return;
    }
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = allocator.buffer(Math.min(FIRST_GATHER_BYTES, payloadBytes), payloadBytes);
      gathered = buffer;
    }
    buffer.writeBytes(in, bytes);
    missingBytes -= bytes;
    if (missingBytes == 0) {
      state = State.HEADER;
      gathered = null;
      allowance.giveBack(payloadBytes);
      try {
        sink.frame(type, buffer);
      } finally {
        buffer.release();
      }
    }
  }

  private void skip(ByteBuf in, Sink sink) {
    int bytes = Math.min(in.readableBytes(), missingBytes);
    in.skipBytes(bytes);
    missingBytes -= bytes;
    if (missingBytes == 0) {
      state = State.HEADER;
      sink.skipped(type, payloadBytes);
    }
  }

  private void fail(Sink sink, String reason) {
    end();
    sink.unreadable(reason);
  }

  private void dropGathered() {
    ByteBuf buffer = gathered;
    if (buffer != null) {
      gathered = null;
      allowance.giveBack(payloadBytes - missingBytes);
      buffer.release();
    }
  }
}
