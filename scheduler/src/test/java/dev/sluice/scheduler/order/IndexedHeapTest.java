// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IndexedHeapTest {
  private static final class Member {
    private final long key;
    private int index = IndexedHeap.ABSENT;

    private Member(long key) {
      this.key = key;
    }
  }

  private static final class Heap extends IndexedHeap<Member> {
    @Override
    protected boolean before(Member a, Member b) {
      return a.key < b.key;
    }

    @Override
    protected int index(Member member) {
      return member.index;
    }

    @Override
    protected void index(Member member, int index) {
      member.index = index;
    }
  }

  @Test
  void agreesWithASortedList() {
    SplittableRandom random = new SplittableRandom(3);
    Heap heap = new Heap();
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      if (members.isEmpty() || random.nextInt(100) < (i < 25_000 ? 60 : 40)) {
        Member member = new Member(((long) random.nextInt() << 20) + i);
        members.add(member);
        heap.add(member);
      } else {
        int place = random.nextInt(members.size());
        Member member = random.nextBoolean() ? members.get(place) : heap.peek();
        heap.remove(member);
        heap.remove(member);
        members.remove(member);
        assertThat(heap.contains(member)).isFalse();
      }
      assertThat(heap.size()).isEqualTo(members.size());
      if (i % 100 == 0 && !members.isEmpty()) {
        assertThat(heap.peek()).isSameAs(members.stream().min(Comparator.comparing(member -> member.key)).orElseThrow());
      }
    }
  }
}
