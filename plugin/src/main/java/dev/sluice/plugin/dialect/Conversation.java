// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The messages of a body, and what of them may be left out without changing what the rest means. Immutable.
 *
 * <p>Messages that belong together are never parted: a call of a tool with its results and whatever stands between them, reasoning with what
 * it led to. Conversations fall into turns, each from what a user says to before the next such message. Never left out are instructions, the
 * last thing a user says, and the last exchange. A turn loses its exchanges with tools first and what frames them, question and answer, only
 * when none is left; so roles alternate afterwards where they did before, and the first message is one that a user may begin with.
 */
public final class Conversation {
  /** Which turns go first. */
  public enum Order {
    /** From the oldest on. */
    OLDEST_FIRST,
    /** The same, but the opening, where tasks are often set, goes last. */
    MIDDLE_FIRST
  }

  /** A run of messages that stay or go together. */
  private record Atom(int first, int last, boolean system, boolean tools, boolean asks) {}

  /** The atoms between two questions: {@code frame} are those that only go when {@code exchanges} have gone. */
  private static final class Turn {
    private final List<Atom> frame = new ArrayList<>();
    private final List<Atom> exchanges = new ArrayList<>();
    private boolean begun;
  }

  private final List<Message> messages;
  private final List<Turn> turns = new ArrayList<>();
  private final BitSet pinned = new BitSet();

  Conversation(List<Message> messages) {
    this.messages = List.copyOf(messages);
    List<Atom> atoms = atoms(this.messages);
    pin(atoms);
    divide(atoms);
  }

  /** Number of messages. */
  public int size() {
    return messages.size();
  }

  /** Index in the body of message {@code index}'s first byte. */
  public int from(int index) {
    return messages.get(index).from();
  }

  /** Index in the body behind message {@code index}'s last byte. */
  public int to(int index) {
    return messages.get(index).to();
  }

  /** Whether message {@code index} is never left out. */
  public boolean isPinned(int index) {
    return pinned.get(index);
  }

  /** What may be left out, each a set of messages, in the order in which to do so. */
  public List<BitSet> parts(Order order) {
    List<BitSet> parts = new ArrayList<>();
    List<BitSet> opening = new ArrayList<>();
    for (int i = 0; i < turns.size(); i++) {
      boolean last = i == turns.size() - 1;
      boolean opens = order == Order.MIDDLE_FIRST && !last && isOpening(i);
      parts(turns.get(i), opens ? opening : parts);
    }
    if (order == Order.MIDDLE_FIRST && opening.isEmpty() && parts.size() > 1) {
      parts.add(parts.removeFirst()); // all in one turn: its first exchange is the opening
    }
    parts.addAll(opening);
    return parts;
  }

  /** The first turn, and what stands before it. */
  private boolean isOpening(int turn) {
    return turn == 0 || (turn == 1 && !turns.get(0).begun);
  }

  private void parts(Turn turn, List<BitSet> parts) {
    for (Atom atom : turn.exchanges) {
      if (!pinned.get(atom.first)) {
        parts.add(bits(List.of(atom)));
      }
    }
    if (!turn.frame.isEmpty() && !pinned.get(turn.frame.get(0).first)) {
      parts.add(bits(turn.frame));
    }
  }

  private static BitSet bits(List<Atom> atoms) {
    BitSet bits = new BitSet();
    atoms.forEach(atom -> bits.set(atom.first, atom.last + 1));
    return bits;
  }

  /** The places of the body to cut so that these messages are gone, with the commas behind them. */
  public List<BodyEdit.Splice> without(BitSet gone) {
    List<BodyEdit.Splice> splices = new ArrayList<>();
    for (int i = gone.nextSetBit(0); i >= 0; ) {
      int next = gone.nextClearBit(i);
      if (next >= messages.size()) {
        throw new IllegalArgumentException("gone: the last message (expected: one that is not pinned)");
      }
      splices.add(new BodyEdit.Splice(from(i), from(next), ""));
      i = gone.nextSetBit(next);
    }
    return splices;
  }

  private static List<Atom> atoms(List<Message> messages) {
    int[] reach = reach(messages);
    List<Atom> atoms = new ArrayList<>();
    int first = 0;
    while (first < messages.size()) {
      int last = first;
      for (int i = first; i <= last; i++) {
        last = Math.max(last, reach[i]);
      }
      atoms.add(atom(messages, first, last));
      first = last + 1;
    }
    return atoms;
  }

  /** For each message the last one that it can't be parted from. */
  private static int[] reach(List<Message> messages) {
    int[] reach = new int[messages.size()];
    Map<String, Integer> callers = new HashMap<>();
    for (int i = 0; i < reach.length; i++) {
      Message message = messages.get(i);
      reach[i] = message.leads() ? Math.min(i + 1, reach.length - 1) : i;
      for (String id : message.results()) {
        Integer caller = callers.get(id);
        int from = caller == null ? Math.max(0, i - 1) : caller;
        reach[from] = Math.max(reach[from], i);
      }
      if (message.role() == Message.Role.TOOL && message.calls().isEmpty() && message.results().isEmpty() && i > 0 && !message.leads()) {
        reach[i - 1] = i;
      }
      for (String id : message.calls()) {
        callers.put(id, i);
      }
    }
    return reach;
  }

  private static Atom atom(List<Message> messages, int first, int last) {
    boolean system = false;
    boolean tools = false;
    boolean asks = false;
    for (Message message : messages.subList(first, last + 1)) {
      system |= message.role() == Message.Role.SYSTEM;
      tools |= message.usesTools();
      asks |= message.asks();
    }
    return new Atom(first, last, system, tools, asks);
  }

  private void pin(List<Atom> atoms) {
    for (Atom atom : atoms) {
      if (atom.system) {
        pin(atom);
      }
    }
    for (int i = atoms.size() - 1; i >= 0; i--) {
      if (atoms.get(i).asks) {
        pinQuestion(atoms, i);
        break;
      }
    }
    if (!atoms.isEmpty()) {
      pin(atoms.get(atoms.size() - 1));
    }
  }

  /** A user may say something in several messages one after the other. */
  private void pinQuestion(List<Atom> atoms, int last) {
    pin(atoms.get(last));
    for (int i = last - 1; i >= 0 && !atoms.get(last).tools && opens(atoms.get(i)); i--) {
      pin(atoms.get(i));
    }
  }

  private void pin(Atom atom) {
    pinned.set(atom.first, atom.last + 1);
  }

  private static boolean opens(Atom atom) {
    return atom.asks && !atom.tools;
  }

  private void divide(List<Atom> atoms) {
    Turn turn = new Turn();
    boolean opening = false;
    for (Atom atom : atoms) {
      if (atom.system) {
        continue;
      }
      if (opens(atom) && !opening) {
        turn = add(turn);
        turn.begun = true;
      }
      opening = opens(atom);
      (atom.tools ? turn.exchanges : turn.frame).add(atom);
    }
    add(turn);
    turns.forEach(this::pinFrame);
  }

  /** What frames something pinned stays with it, whole. */
  private void pinFrame(Turn turn) {
    boolean holds = Stream.concat(turn.frame.stream(), turn.exchanges.stream()).anyMatch(atom -> pinned.get(atom.first));
    if (holds) {
      turn.frame.forEach(this::pin);
    }
  }

  private Turn add(Turn turn) {
    if (!turn.frame.isEmpty() || !turn.exchanges.isEmpty()) {
      turns.add(turn);
    }
    return new Turn();
  }
}
