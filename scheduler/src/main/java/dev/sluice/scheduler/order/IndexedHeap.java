// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.order;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A binary min-heap whose members remember their index, so that any of them is moved or removed in O(log n). Not thread-safe;
 * confined to its owner's lock.
 *
 * <p>A subclass says which of two members goes first and where a member keeps its index; a member that is in no heap has
 * {@link #ABSENT} there.
 */
public abstract class IndexedHeap<E> {
  /** The index of what is in no heap. */
  public static final int ABSENT = -1;

  private @Nullable Object[] members = new @Nullable Object[16];
  private int size;

  protected IndexedHeap() {}

  /** True if {@code a} goes before {@code b}; a strict total order. */
  protected abstract boolean before(E a, E b);

  /** The index kept by {@code member}. */
  protected abstract int index(E member);

  /** Makes {@code member} keep {@code index}. */
  protected abstract void index(E member, int index);

  public final int size() {
    return size;
  }

  public final boolean isEmpty() {
    return size == 0;
  }

  public final boolean contains(E member) {
    return index(member) != ABSENT;
  }

  /** The least member, or null. */
  public final @Nullable E peek() {
    return size == 0 ? null : get(0);
  }

  /** The member at a place of the heap's own order, 0 the least; for sampling. */
  @SuppressWarnings({"unchecked", "NullAway"}) // only E is ever put in, and never a gap below size
  public final E get(int place) {
    return (E) members[place];
  }

  public final void add(E member) {
    if (size == members.length) {
      members = Arrays.copyOf(members, size * 2);
    }
    size++;
    siftUp(size - 1, member);
  }

  /** Takes {@code member} out, if it is in. */
  public final void remove(E member) {
    int place = index(member);
    if (place == ABSENT) {
      return;
    }
    index(member, ABSENT);
    size--;
    E last = get(size);
    members[size] = null;
    if (place < size) {
      settleAt(place, last);
    }
    if (members.length > 64 && size < members.length / 4) {
      members = Arrays.copyOf(members, members.length / 2);
    }
  }

  /** Restores the order after {@code member}'s key changed. */
  public final void moved(E member) {
    settleAt(index(member), member);
  }

  private void settleAt(int place, E member) {
    if (place > 0 && before(member, get((place - 1) / 2))) {
      siftUp(place, member);
    } else {
      siftDown(place, member);
    }
  }

  private void siftUp(int from, E member) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) / 2;
      if (!before(member, get(parent))) {
        break;
      }
      put(place, get(parent));
      place = parent;
    }
    put(place, member);
  }

  private void siftDown(int from, E member) {
    int place = from;
    while (2 * place + 1 < size) {
      int child = 2 * place + 1;
      if (child + 1 < size && before(get(child + 1), get(child))) {
        child++;
      }
      if (!before(get(child), member)) {
        break;
      }
      put(place, get(child));
      place = child;
    }
    put(place, member);
  }

  private void put(int place, E member) {
    members[place] = member;
    index(member, place);
  }
}
